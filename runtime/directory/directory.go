// Package directory has directories: tables of keys, under each of which processes are
// entered, one or many, with a value of each. It is Elixir's Registry. A server is found by
// the number of an order, say, without a registered name for each:
//
//	orders := directory.New(directory.Unique)   // at the start of the program
//	…
//	{ID: "orders", Start: orders.Start}         // a child, before those who use it
//	…
//	ctx.Register(runtime.Via{Service: orders, Name: "4711"})   // in the Init of an order
//	genserver.Call(ctx, runtime.Via{Service: orders, Name: "4711"}, ship{})
//
// With duplicate keys it is a list of subscribers: [Directory.Enter] and
// [Directory.Dispatch].
//
//	Elixir                                  directory
//	------                                  ---------
//	{Registry, keys: :unique, name: N}      New(Unique), and its Start as a child
//	keys: :duplicate                        New(Duplicate)
//	{:via, Registry, {N, Key}}              runtime.Via{Service: d, Name: key}
//	register(N, Key, Value)                 d.Enter(ctx, key, value)
//	unregister(N, Key)                      d.Leave(ctx, key)
//	update_value(N, Key, F)                 d.Enter again, with another value
//	lookup(N, Key)                          d.Lookup(key)
//	keys(N, Pid)                            d.Keys(p)
//	dispatch(N, Key, F)                     d.Dispatch(ctx, key, v); or a loop over Lookup
//	count(N)                                d.Len()
//
// An entry goes when its process ends; nobody finds one of a process of this node that has
// ended, not even before that is noticed.
package directory

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/registry"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/term"
)

// Kind says how many processes may be entered under a key.
type Kind uint8

// The kinds.
const (
	Unique    Kind = iota // one
	Duplicate             // any number, each once
)

// Entry is a process that is entered under a key, and its value: nobody may change what
// that points to.
type Entry struct {
	PID   pid.PID
	Value any
}

// Directory is a directory. All goroutines may share it. It works while the process runs
// that [Directory.Start] starts; what is in it outlives a restart of that.
type Directory struct {
	kind Kind

	mu    sync.RWMutex
	keys  map[string]*list              // guarded by mu; Invariant: none is empty
	of    map[pid.PID]map[string]*place // guarded by mu; where each process is that is monitored
	count int                           // guarded by mu; of the entries
	owner *runtime.Context              // guarded by mu; of the process that notices ends; nil: none runs
}

var _ runtime.NameService = (*Directory)(nil)

// New returns an empty directory.
func New(kind Kind) *Directory {
	return &Directory{kind: kind, keys: make(map[string]*list), of: make(map[pid.PID]map[string]*place)}
}

// Enter enters the process that ctx carries under a key, or changes its value, which is
// copied. The error is registry.ErrNameTaken if the key is unique and another process has it.
func (d *Directory) Enter(ctx context.Context, key string, value any) error {
	p, err := runtime.CurrentPID(ctx)
	if err != nil {
		return err
	}
	if value, err = term.Isolate(value); err != nil {
		return err
	}
	return d.enter(key, Entry{p, value})
}

// Leave takes the entry of the process that ctx carries away. The error is
// registry.ErrNameNotFound if there is none.
func (d *Directory) Leave(ctx context.Context, key string) error {
	p, err := runtime.CurrentPID(ctx)
	if err != nil {
		return err
	}
	return d.Unregister(ctx, key, p)
}

// Register implements [runtime.NameService]: it enters p without a value.
func (d *Directory) Register(_ context.Context, name string, p pid.PID) error {
	return d.enter(name, Entry{PID: p})
}

// Unregister implements [runtime.NameService].
func (d *Directory) Unregister(_ context.Context, name string, p pid.PID) error {
	if d == nil {
		return errNil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.of[p][name] == nil {
		return fmt.Errorf("directory: %q of %s: %w", name, p, registry.ErrNameNotFound)
	}
	d.dropLocked(name, p)
	return nil
}

// Whereis implements [runtime.NameService]. Under a duplicate key it returns who is there
// for the longest time.
func (d *Directory) Whereis(_ context.Context, name string) (pid.PID, error) {
	if p, ok := d.oldest(name); ok {
		return p, nil
	}
	return pid.PID{}, fmt.Errorf("directory: %q: %w", name, registry.ErrNameNotFound)
}

// oldest returns the process that is there for the longest time, of those who live.
func (d *Directory) oldest(key string) (p pid.PID, ok bool) {
	if d == nil {
		return p, false
	}
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.owner == nil {
		return p, false
	}
	for e := range d.keys[key].all() {
		if d.livesLocked(e.PID) {
			return e.PID, true
		}
	}
	return p, false
}

// Send implements [runtime.NameService].
func (d *Directory) Send(ctx context.Context, name string, v any) error {
	p, err := d.Whereis(ctx, name)
	if err != nil {
		return err
	}
	return runtime.Send(ctx, p, v)
}

// Lookup returns the entries of a key, the oldest first.
func (d *Directory) Lookup(key string) (entries []Entry) {
	if d == nil {
		return nil
	}
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.owner == nil {
		return nil
	}
	l := d.keys[key]
	if l == nil {
		return nil
	}
	entries = make([]Entry, 0, l.n)
	for e := range l.all() {
		if d.livesLocked(e.PID) {
			entries = append(entries, e)
		}
	}
	return entries
}

// Keys returns the keys of a process, sorted.
func (d *Directory) Keys(p pid.PID) []string {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return slices.Sorted(maps.Keys(d.of[p]))
}

// Len returns how many entries there are.
func (d *Directory) Len() int {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.count
}

// Dispatch sends v to all processes that are entered under a key, and returns how many these
// are. That one of them cannot be sent to is no matter of the others.
func (d *Directory) Dispatch(ctx context.Context, key string, v any) (sent int, err error) {
	for _, e := range d.Lookup(key) {
		if failed := runtime.Send(ctx, e.PID, v); failed != nil {
			err = failed
			continue
		}
		sent++
	}
	return sent, err
}

// errNil tells that nobody can be in a directory that was never made.
var errNil = fmt.Errorf("directory: the Directory is nil: %w", registry.ErrNameNotFound)

func (d *Directory) enter(key string, e Entry) error {
	if d == nil {
		return errNil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.owner == nil {
		return fmt.Errorf("directory: it does not run: %w", runtime.ErrNoProc)
	}
	if there := d.of[e.PID][key]; there != nil {
		there.Entry = e
		return nil
	}
	if d.kind == Unique && !d.freeLocked(key) {
		return fmt.Errorf("directory: %q: %w", key, registry.ErrNameTaken)
	}
	if err := d.watchLocked(e.PID); err != nil {
		return err
	}
	l := d.keys[key]
	if l == nil {
		l = new(list)
		d.keys[key] = l
	}
	d.of[e.PID][key] = l.add(e)
	d.count++
	return nil
}

// freeLocked makes a key free whose process has ended, and reports whether it is.
func (d *Directory) freeLocked(key string) bool {
	for e := range d.keys[key].all() {
		if d.livesLocked(e.PID) {
			return false
		}
		d.dropLocked(key, e.PID)
	}
	return true
}

// livesLocked reports whether a process may be alive. Of those of other nodes that is known
// only when their Down comes.
func (d *Directory) livesLocked(p pid.PID) bool {
	rt := d.owner.Runtime()
	return !p.IsLocal(rt.Node().ID()) || rt.IsAlive(p)
}

// dropLocked takes an entry away that is there.
func (d *Directory) dropLocked(key string, p pid.PID) {
	l := d.keys[key]
	if l.remove(d.of[p][key]); l.n == 0 {
		delete(d.keys, key)
	}
	delete(d.of[p], key)
	d.count--
}
