package inspect

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/trace"
	"sync"
	"time"

	"github.com/starlang-go/starlang/runtime/internal/text"
	"github.com/starlang-go/starlang/term"
)

// Flight asks for an execution trace of the program, as go tool trace reads it: what each
// goroutine and each processor did, and when. With [Config].FlightRecorder it is of the
// last seconds, else of those that come. It is taken at most once in FlightEvery: whoever
// asks earlier gets what was recorded last.
type Flight struct {
	For  time.Duration // how long to record, at most MaxFlightTime; 0: 1 s
	Last bool          // only what was recorded last, by an alarm or for somebody else
}

// The bounds of a [Flight].
const (
	FlightEvery    = time.Minute
	MaxFlightTime  = 10 * time.Second // also how far the recorder remembers, if its room is enough
	MaxFlightBytes = 16 << 20         // of an answer

	flightRoom = 4 << 20 // for which the recorder is asked; it takes some more
)

// FlightData is the answer to [Flight].
type FlightData struct {
	At   time.Time `json:"at"`  // of its end
	Why  string    `json:"why"` // asked, or the kind of an alarm
	Data []byte    `json:"data"`
}

// ErrNoRecording tells that nothing was recorded so far.
var ErrNoRecording = errors.New("nothing was recorded so far")

// whyAsked is the Why of what was recorded for somebody.
const whyAsked = "asked"

func init() {
	term.MustRegister[Flight]("inspect.Flight")
	term.MustRegister[FlightData]("inspect.FlightData")
	term.MustRegisterError("inspect.no_recording", ErrNoRecording)
}

// flight is the flight recorder. A program has one at most, whoever starts it.
type flight struct {
	mu   sync.Mutex            // held while something is recorded
	all  *trace.FlightRecorder // guarded by mu; nil: it records when it is asked to
	last FlightData            // guarded by mu
}

func newRecorder() *trace.FlightRecorder {
	return trace.NewFlightRecorder(trace.FlightRecorderConfig{MinAge: MaxFlightTime, MaxBytes: flightRoom})
}

// start records all the time, until ctx ends.
func (f *flight) start(ctx context.Context, n *node) {
	r := newRecorder()
	if err := r.Start(); err != nil {
		n.log(slog.LevelWarn, "the flight recorder does not start", slog.String("error", text.Error(err, text.MaxReportBytes)))
		return
	}
	f.mu.Lock()
	f.all = r
	f.mu.Unlock()
	context.AfterFunc(ctx, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.all.Stop()
		f.all = nil
	})
}

func (q Flight) answer(ctx context.Context, n *node) (any, error) {
	f := &n.flight
	if !f.mu.TryLock() {
		return nil, fmt.Errorf("flight: %w", ErrBusy)
	}
	defer f.mu.Unlock()
	fresh := time.Since(f.last.At) < FlightEvery
	if !q.Last && !fresh {
		if err := f.recordLocked(ctx, bounded(q.For, time.Second, MaxFlightTime)); err != nil {
			return nil, err
		}
	}
	if f.last.Data == nil {
		return nil, fmt.Errorf("flight: %w", ErrNoRecording)
	}
	return f.last, nil
}

func (f *flight) recordLocked(ctx context.Context, d time.Duration) error {
	if f.all != nil {
		return f.keepLocked(f.all, whyAsked)
	}
	r := newRecorder()
	if err := r.Start(); err != nil {
		return fmt.Errorf("flight: %w", ErrBusy)
	}
	defer r.Stop()
	if err := pause(ctx, d); err != nil {
		return err
	}
	return f.keepLocked(r, whyAsked)
}

func (f *flight) keepLocked(r *trace.FlightRecorder, why string) error {
	data := limited{left: MaxFlightBytes}
	if _, err := r.WriteTo(&data); err != nil {
		return fmt.Errorf("flight: %w", err)
	}
	f.last = FlightData{time.Now(), why, data.Bytes()}
	return nil
}

// alarm keeps what has led to an alarm, if it is recorded.
func (f *flight) alarm(kind AlarmKind) error {
	if !f.mu.TryLock() {
		return nil // somebody else is about to
	}
	defer f.mu.Unlock()
	if f.all == nil || time.Since(f.last.At) < FlightEvery {
		return nil
	}
	return f.keepLocked(f.all, string(kind))
}

// limited is a buffer that takes so many bytes.
type limited struct {
	bytes.Buffer
	left int
}

func (l *limited) Write(b []byte) (int, error) {
	if len(b) > l.left {
		return 0, ErrTooLarge
	}
	l.left -= len(b)
	return l.Buffer.Write(b)
}
