package supervisor

import (
	"context"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
)

// The functions of this file ask a supervisor. ctx is a process's own Context or
// derives from it and bounds the wait, as with [genserver.Call], whose errors they
// return; a start that was asked for goes on without the one who asked. A server that is
// no supervisor answers with [genserver.ErrUnhandled] and goes on.

// StartChild adds a child and starts it. Under a [Dynamic] supervisor without a template
// the PID is how it is known from then on. The error is a [*SpecError],
// [ErrAlreadyStarted], [ErrRestarting], [ErrAlreadyPresent], [ErrMaxChildren], [ErrTemplate], what the
// StartFunc returned: then the child is not added; or [ErrIgnore]. The supervisor must
// be on this node: a function does not travel.
// Source: OTP, supervisor:start_child/2.
func StartChild(ctx context.Context, sup genserver.Ref, spec ChildSpec) (pid.PID, error) {
	if field, problem := spec.check(AnySignificant); problem != "" { // the rest is the supervisor's to say
		return pid.PID{}, &SpecError{Child: spec.ID, Field: field, Problem: problem}
	}
	return genserver.Control[pid.PID](patiently(ctx), sup, startChild{spec})
}

// StartInstance starts a child of a [Dynamic] supervisor's template. The error is
// [ErrArgType], [ErrMaxChildren], [ErrTemplate], [ErrIgnore], or what the template's
// start function returned. Within a node arg is handed over, not copied: it may be a
// net.Conn, of which the caller must let go. Source: OTP, supervisor:start_child/2.
func StartInstance(ctx context.Context, sup genserver.Ref, arg any) (pid.PID, error) {
	return genserver.Control[pid.PID](patiently(ctx), sup, startInstance{arg})
}

// ChildRef is what a child is named by: its ID, or the PID of its process, which is the
// only name of children of a [Dynamic] supervisor.
type ChildRef interface {
	string | pid.PID
}

// TerminateChild stops a child's process and waits until it has ended. The spec is kept,
// for [RestartChild], unless the child is temporary or its supervisor dynamic. A child
// that has no process stays so, a restart that is to come is called off. The error is
// [ErrNotFound], but not for the PID of a dynamic supervisor's child that has ended
// meanwhile, or [ErrDynamic]. Source: OTP, supervisor:terminate_child/2.
func TerminateChild[C ChildRef](ctx context.Context, sup genserver.Ref, child C) error {
	var ref childRef
	switch c := any(child).(type) {
	case string:
		ref.ID = c
	case pid.PID:
		ref.PID = c
	}
	_, err := genserver.Control[any](patiently(ctx), sup, terminateChild{ref})
	return err
}

// RestartChild starts a child that is stopped. The error is [ErrNotFound], [ErrRunning],
// [ErrRestarting], [ErrDynamic], [ErrIgnore], or what the StartFunc returned.
// Source: OTP, supervisor:restart_child/2.
func RestartChild(ctx context.Context, sup genserver.Ref, id string) (pid.PID, error) {
	return genserver.Control[pid.PID](patiently(ctx), sup, restartChild{id})
}

// DeleteChild forgets a child that is stopped. The error is [ErrNotFound], [ErrRunning],
// [ErrRestarting] or [ErrDynamic]. Source: OTP, supervisor:delete_child/2.
func DeleteChild(ctx context.Context, sup genserver.Ref, id string) error {
	_, err := genserver.Control[any](patiently(ctx), sup, deleteChild{id})
	return err
}

// WhichChildren returns the children in start order. Source: OTP,
// supervisor:which_children/1, which returns them in reverse.
func WhichChildren(ctx context.Context, sup genserver.Ref) ([]ChildInfo, error) {
	reply, err := genserver.Inspect[childList](patiently(ctx), sup, whichChildren{})
	return reply.List, err
}

// CountChildren counts the children. Source: OTP, supervisor:count_children/1.
func CountChildren(ctx context.Context, sup genserver.Ref) (Counts, error) {
	return genserver.Inspect[Counts](patiently(ctx), sup, countChildren{})
}

// patiently returns ctx for a call that waits for as long as children take to start and
// to stop, as in OTP.
func patiently(ctx context.Context) context.Context {
	return runtime.WithCallTimeout(ctx, runtime.NoTimeout)
}
