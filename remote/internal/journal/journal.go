// Package journal writes log lines so that the handler can hold up nobody.
package journal

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/starlang-go/starlang/remote/internal/guard"
)

// Journal writes the log of a node. The handler is code of the program: so a goroutine of
// the journal's own calls it, and whatever it does costs log lines and nothing else. All
// goroutines may share it.
type Journal struct {
	logger *slog.Logger // nil: slog.Default()

	mu    sync.Mutex
	lines []slog.Record // guarded by mu; to be written
	lost  int           // guarded by mu; how many there was no room for
	idle  chan struct{} // guarded by mu; closed when all is written; nil: it is
}

// New returns a journal that writes to logger, to slog.Default() if it is nil.
func New(logger *slog.Logger) *Journal { return &Journal{logger: logger} }

// maxLines is how many lines wait for the handler.
const maxLines = 1000

// Debug logs what is of use to who looks for a fault.
func (j *Journal) Debug(text string, attrs ...slog.Attr) { j.log(slog.LevelDebug, text, attrs) }

// Info logs what is as it should be.
func (j *Journal) Info(text string, attrs ...slog.Attr) { j.log(slog.LevelInfo, text, attrs) }

// Warn logs what somebody should look at.
func (j *Journal) Warn(text string, attrs ...slog.Attr) { j.log(slog.LevelWarn, text, attrs) }

// Error logs what will not mend itself.
func (j *Journal) Error(text string, attrs ...slog.Attr) { j.log(slog.LevelError, text, attrs) }

func (j *Journal) log(level slog.Level, text string, attrs []slog.Attr) {
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

func (j *Journal) write() {
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
func (j *Journal) next() (line slog.Record, ok bool) {
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

func (j *Journal) writeLine(line slog.Record) {
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

// Flush waits until all is written, for at most d.
func (j *Journal) Flush(d time.Duration) {
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
