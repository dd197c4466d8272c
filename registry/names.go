package registry

import (
	"iter"
	"unicode/utf8"

	"github.com/starlang-go/starlang/pid"
)

// The longest registered name, see [pid.MaxNameChars].
const (
	MaxNameChars = pid.MaxNameChars
	MaxNameBytes = pid.MaxNameBytes
)

// named is the entry of a name.
type named[H Handle] struct {
	owner  pid.PID
	handle H
}

// CheckName returns [ErrBadName] unless name can be registered.
func CheckName(name string) error {
	if name == "" || len(name) > MaxNameBytes || !utf8.ValidString(name) || utf8.RuneCountInString(name) > MaxNameChars {
		return ErrBadName
	}
	return nil
}

// RegisterName gives the process p the name. It returns a [*NameError] with
// [ErrBadName], [ErrNameTaken], [ErrNotLocal], or the handle's reason:
// [ErrNoProc] or [ErrAlreadyNamed].
//
// That the process is alive, that it has no other name, and that nobody else has
// this one is decided in one step: the name's slot in the table is locked while
// the process's own record is.
func (r *Registry[H]) RegisterName(name string, p pid.PID) error {
	fail := func(err error) error { return &NameError{Op: "register", Name: name, Err: err} }
	if err := CheckName(name); err != nil {
		return fail(err)
	}
	if !p.IsLocal(r.node) {
		return fail(ErrNotLocal)
	}
	h, ok := r.procs.Load(p.ID())
	if !ok {
		return fail(ErrNoProc)
	}
	var err error
	r.names.Compute(name, func(old named[H], loaded bool) (named[H], bool) {
		if loaded {
			err = &NameError{"register", name, old.owner, ErrNameTaken}
			return old, false
		}
		if bindErr := h.BindName(name); bindErr != nil {
			err = fail(bindErr)
			return old, true // leaves the slot empty
		}
		return named[H]{p, h}, false
	})
	return err
}

// Whereis returns who has the name.
func (r *Registry[H]) Whereis(name string) (p pid.PID, ok bool) {
	n, ok := r.names.Load(name)
	return n.owner, ok
}

// LookupName returns who has the name, and its handle.
func (r *Registry[H]) LookupName(name string) (p pid.PID, h H, ok bool) {
	n, ok := r.names.Load(name)
	return n.owner, n.handle, ok
}

// UnregisterName frees the name, whoever has it. It returns a [*NameError] with
// [ErrNameNotFound] if nobody does.
func (r *Registry[H]) UnregisterName(name string) error { return r.unregister(name, pid.PID{}) }

// UnregisterNameOf frees the name if p has it. It returns a [*NameError] with
// [ErrNameNotFound] or [ErrNameNotOwned] if not.
func (r *Registry[H]) UnregisterNameOf(name string, p pid.PID) error { return r.unregister(name, p) }

func (r *Registry[H]) unregister(name string, want pid.PID) (err error) {
	r.names.Compute(name, func(old named[H], loaded bool) (named[H], bool) {
		switch {
		case !loaded:
			err = &NameError{Op: "unregister", Name: name, Err: ErrNameNotFound}
			return old, true
		case !want.IsZero() && old.owner != want:
			err = &NameError{"unregister", name, old.owner, ErrNameNotOwned}
			return old, false
		}
		old.handle.UnbindName(name)
		return old, true
	})
	return err
}

// ReleaseName frees the name of a process that has ended, if p still has it. The
// caller has made sure that BindName of p fails from now on.
func (r *Registry[H]) ReleaseName(name string, p pid.PID) {
	r.names.Compute(name, func(old named[H], loaded bool) (named[H], bool) {
		return old, !loaded || old.owner == p
	})
}

// NameCount returns the number of names.
func (r *Registry[H]) NameCount() int { return r.names.Size() }

// RegisteredNames iterates over the names and who has them, like [Registry.All].
func (r *Registry[H]) RegisteredNames() iter.Seq2[string, pid.PID] {
	return func(yield func(string, pid.PID) bool) {
		r.names.Range(func(name string, n named[H]) bool { return yield(name, n.owner) })
	}
}
