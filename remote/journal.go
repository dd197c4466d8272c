package remote

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/starlang-go/starlang/remote/internal/guard"
)

// journal writes the log of a node. The handler is code of the program: so a goroutine of
// the journal's own calls it, and whatever it does costs log lines and nothing else.
type journal struct {
	logger *slog.Logger // nil: slog.Default()

	mu    sync.Mutex
	lines []slog.Record // guarded by mu; to be written
	lost  int           // guarded by mu; how many there was no room for
	idle  chan struct{} // guarded by mu; closed when all is written; nil: it is
}

// maxLines is how many lines wait for the handler.
const maxLines = 1000

// Info logs what is as it should be.
func (j *journal) Info(text string, attrs ...slog.Attr) { j.log(slog.LevelInfo, text, attrs) }

// Warn logs what somebody should look at.
func (j *journal) Warn(text string, attrs ...slog.Attr) { j.log(slog.LevelWarn, text, attrs) }

func (j *journal) log(level slog.Level, text string, attrs []slog.Attr) {
	line := slog.NewRecord(time.Now(), level, text, 0)
	line.AddAttrs(attrs...)
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.lines) >= maxLines {
		j.lost++
		return
	}
	j.lines = append(j.lines, line)
	if j.idle == nil {
		j.idle = make(chan struct{})
		go j.write() // ends when all is written; Close waits a while for it
	}
}

func (j *journal) write() {
	ended := false
	defer func() {
		if !ended { // the handler has ended this goroutine
			go j.write() // as the one before
		}
	}()
	for {
		line, ok := j.next()
		if !ok {
			break
		}
		j.writeLine(line)
	}
	ended = true
}

// next returns the line to be written next, or false if all is.
func (j *journal) next() (line slog.Record, ok bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	switch {
	case len(j.lines) > 0:
		line, j.lines = j.lines[0], j.lines[1:]
	case j.lost > 0:
		line = slog.NewRecord(time.Now(), slog.LevelWarn, "log lines were lost", 0)
		line.Add("lines", j.lost)
		j.lost = 0
	default:
		j.lines = nil
		close(j.idle)
		j.idle = nil
		return line, false
	}
	return line, true
}

func (j *journal) writeLine(line slog.Record) {
	var err error
	defer guard.Catch(&err)
	logger := j.logger
	if logger == nil {
		logger = slog.Default()
	}
	if ctx := context.Background(); logger.Enabled(ctx, line.Level) {
		_ = logger.Handler().Handle(ctx, line)
	}
}

// flush waits until all is written, for at most d.
func (j *journal) flush(d time.Duration) {
	j.mu.Lock()
	idle := j.idle
	j.mu.Unlock()
	if idle == nil {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-idle:
	case <-timer.C:
	}
}
