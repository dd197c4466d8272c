package inspect

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	goruntime "runtime"
	"runtime/pprof"
	"time"

	"github.com/starlang-go/starlang/runtime/internal/inlet"
	"github.com/starlang-go/starlang/term"
)

// ProfileKind says of what a [Profile] is.
type ProfileKind string

// The kinds of profiles. They are of the whole program.
const (
	ProfileCPU       ProfileKind = "cpu"
	ProfileHeap      ProfileKind = "heap"      // objects in use
	ProfileGoroutine ProfileKind = "goroutine" // what goroutines there are
)

// ProfileBy says by what a [Profile] is added up.
type ProfileBy string

// What a profile can be added up by, if runtime.Config.ProfileLabels is on. That of the
// heap cannot.
const (
	ByProcess ProfileBy = "process"
	ByType    ProfileBy = "type" // the function or the server that a process runs
)

// Profile asks for a profile.
type Profile struct {
	Kind ProfileKind
	By   ProfileBy     // "": not added up
	For  time.Duration // of ProfileCPU: at most MaxProfileTime; 0: 5 s
	N    int           // shares, at most MaxRows; 0: 20
}

// The bounds of a [Profile].
const (
	MaxProfileTime       = 30 * time.Second
	MaxProfileBytes      = 8 << 20
	MaxProfileGoroutines = 100_000 // with more there is none of goroutines: it takes too much memory
)

// ErrTooLarge tells that an answer would be larger than it may be.
var ErrTooLarge = errors.New("there is too much to be told")

// ProfileData is the answer to [Profile].
type ProfileData struct {
	Kind ProfileKind   `json:"kind"`
	By   ProfileBy     `json:"by,omitempty"`
	Took time.Duration `json:"took_ns"`
	// Data is the profile as go tool pprof reads it, if it is not added up.
	Data []byte `json:"data,omitempty"`
	// Unit is that of the values, if it is added up: nanoseconds or count.
	Unit   string  `json:"unit,omitempty"`
	Total  int64   `json:"total,omitempty"`
	Shares []Share `json:"shares,omitempty"` // the largest first
}

// Share is what a process has of a profile, or all of a type.
type Share struct {
	PID     string  `json:"pid,omitempty"` // by process; "": goroutines that are no processes
	Name    string  `json:"name,omitempty"`
	Type    string  `json:"type,omitempty"`
	Value   int64   `json:"value"`
	Percent float64 `json:"percent"`
}

func init() {
	term.MustRegister[Profile]("inspect.Profile")
	term.MustRegister[ProfileData]("inspect.ProfileData")
	term.MustRegisterError("inspect.too_large", ErrTooLarge)
}

func (q Profile) answer(ctx context.Context, n *node) (any, error) {
	q.For, q.N = bounded(q.For, 5*time.Second, MaxProfileTime), bounded(q.N, 20, MaxRows)
	if err := q.check(n); err != nil {
		return nil, err
	}
	begun := time.Now()
	data, err := q.take(ctx, n)
	if err != nil {
		return nil, err
	}
	reply := ProfileData{Kind: q.Kind, By: q.By, Took: time.Since(begun)}
	if q.By != "" {
		err = reply.addUp(data, q)
		return reply, err
	}
	if len(data) > MaxProfileBytes {
		return nil, fmt.Errorf("profile of %d bytes: %w", len(data), ErrTooLarge)
	}
	reply.Data = data
	return reply, nil
}

func (q Profile) check(n *node) error {
	switch {
	case q.Kind != ProfileCPU && q.Kind != ProfileHeap && q.Kind != ProfileGoroutine:
		return fmt.Errorf("profile %q: %w", cut(string(q.Kind), 32), ErrUnsupported)
	case q.By == "":
	case q.By != ByProcess && q.By != ByType:
		return fmt.Errorf("profile by %q: %w", cut(string(q.By), 32), ErrUnsupported)
	case q.Kind == ProfileHeap:
		return fmt.Errorf("whose memory is whose is not known: %w", ErrUnsupported)
	case !inlet.Of(n.rt).ProfileLabels():
		return fmt.Errorf("runtime.Config.ProfileLabels is off: %w", ErrUnsupported)
	}
	if count := goruntime.NumGoroutine(); q.Kind == ProfileGoroutine && count > MaxProfileGoroutines {
		return fmt.Errorf("profile of %d goroutines: %w", count, ErrTooLarge)
	}
	return nil
}

// take takes one profile at a time.
func (q Profile) take(ctx context.Context, n *node) ([]byte, error) {
	var b bytes.Buffer
	if q.Kind == ProfileCPU {
		err := takeCPU(ctx, &b, q.For)
		return b.Bytes(), err
	}
	n.looking.Lock()
	defer n.looking.Unlock()
	err := pprof.Lookup(string(q.Kind)).WriteTo(&b, 0)
	return b.Bytes(), err
}

func takeCPU(ctx context.Context, b *bytes.Buffer, d time.Duration) error {
	if err := pprof.StartCPUProfile(b); err != nil {
		return fmt.Errorf("profile: %w", ErrBusy) // there is one for the whole program
	}
	defer pprof.StopCPUProfile()
	return pause(ctx, d)
}

// addUp fills in what a profile says by process, or by type.
func (d *ProfileData) addUp(profile []byte, q Profile) error {
	samples, unit, err := readProfile(profile)
	if err != nil {
		return fmt.Errorf("profile: %w", err)
	}
	d.Unit = unit
	shares := make(map[string]*Share)
	for _, s := range samples {
		key := s.labels["type"]
		if q.By == ByProcess {
			key = s.labels["pid"]
		}
		share := shares[key]
		if share == nil {
			share = &Share{Type: s.labels["type"]}
			if q.By == ByProcess {
				share.PID, share.Name = key, s.labels["name"]
			}
			shares[key] = share
		}
		share.Value += s.value
		d.Total += s.value
	}
	found := firstN(q.N, Share.compare)
	for _, s := range shares {
		s.Percent = 100 * float64(s.Value) / float64(max(d.Total, 1))
		found.add(*s)
	}
	d.Shares = found.sorted()
	return nil
}
