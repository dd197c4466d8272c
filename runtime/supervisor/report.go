package supervisor

import (
	"context"
	"log/slog"
	"strconv"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/internal/inlet"
)

// The messages and keys of a supervisor's reports. They are stable. Source: OTP,
// supervisor reports: child_terminated, start_error, shutdown_error, shutdown.
const (
	endMessage      = "child terminated"
	startMessage    = "child could not be started"
	stopMessage     = "child did not stop as it was asked to"
	givingUpMessage = "supervisor gives up: children had to be restarted too often"

	keySupervisor = "supervisor" // its name, "" if it has none
	keyPID        = "pid"        // the supervisor's
	keyChild      = "child"      // the child's ID
	keyChildPID   = "child_pid"
	keyReason     = "reason"
	keyIntensity  = "intensity"
	keyPeriod     = "period"
	keyRestarts   = "restarts" // a list of child, reason and time
	keyTime       = "time"
)

func (s *server) reportEnd(ctx *genserver.Context, c *child, reason signal.ExitReason) {
	s.report(ctx, slog.LevelError, endMessage, c, slog.String(keyReason, reason.String()))
}

func (s *server) reportStart(ctx *genserver.Context, c *child, err error) {
	if s.stopping.Err() != nil {
		return // it is we who gave up the start
	}
	s.report(ctx, slog.LevelError, startMessage, c, slog.String(keyReason, err.Error()))
}

// reportStop tells of a child that ended for another reason than it was asked to.
func (s *server) reportStop(ctx *genserver.Context, c *child, reason signal.ExitReason) {
	switch {
	case reason == signal.Shutdown && c.spec.Shutdown != BrutalKill:
	case reason == signal.Killed && c.spec.Shutdown == BrutalKill:
	case !reason.IsFailure() && c.spec.Restart != Permanent:
	default:
		s.report(ctx, slog.LevelWarn, stopMessage, c, slog.String(keyReason, reason.String()))
	}
}

// reportRestart tells tracers of a child that was restarted.
func (s *server) reportRestart(ctx *genserver.Context, c *child, old pid.PID) {
	r := runtime.Restarted{
		Supervisor: ctx.PID(), Child: c.spec.ID, Old: old, New: c.pid,
		Left: s.spec.Intensity - len(s.history.restarts), Intensity: s.spec.Intensity, Period: s.spec.Period,
	}
	if last := len(s.history.restarts) - 1; last >= 0 {
		r.Reason = s.history.restarts[last].reason
	}
	ctx.ReportRestart(r)
}

func (s *server) reportGivingUp(ctx *genserver.Context, c *child) {
	restarts := make([]any, 0, len(s.history.restarts))
	for i, r := range s.history.restarts {
		restarts = append(restarts, slog.Group(strconv.Itoa(i),
			slog.String(keyChild, r.child),
			slog.String(keyReason, r.reason.String()),
			slog.Time(keyTime, r.time)))
	}
	last := s.history.restarts[len(s.history.restarts)-1]
	s.report(ctx, slog.LevelError, givingUpMessage, c,
		slog.String(keyReason, last.reason.String()),
		slog.Int(keyIntensity, s.spec.Intensity),
		slog.Duration(keyPeriod, s.spec.Period),
		slog.Group(keyRestarts, restarts...))
}

func (s *server) report(ctx *genserver.Context, level slog.Level, message string, c *child, more ...slog.Attr) {
	attrs := append([]slog.Attr{
		slog.String(keySupervisor, s.spec.Name),
		slog.String(keyPID, ctx.PID().String()),
		slog.String(keyChild, c.spec.ID),
		slog.String(keyChildPID, c.pid.String()),
	}, more...)
	inlet.Of(ctx.Runtime()).Logger().LogAttrs(context.Background(), level, message, attrs...)
}
