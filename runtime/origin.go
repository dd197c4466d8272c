package runtime

import "github.com/starlang-go/starlang/pid"

// origin is where a process comes from, in one word that does not change once others
// know the process: the number of whoever has spawned it, 0 for the program, and
// what kind of process it is.
type origin uint64

const (
	derived   origin = 1 << 63 // its context derives from another one: see Runtime.Run
	callsOnly origin = 1 << 62 // it is one of callers

	behaviourShift = 60 // of the two bits that hold its Behaviour
	behaviourBits  = origin(3) << behaviourShift

	boundsCalls origin = 1 << 59 // derived, and that one has a deadline or a limit for calls

	kindBits = derived | callsOnly | behaviourBits | boundsCalls
)

// Behaviour says what a process answers beside its messages.
type Behaviour uint8

// The behaviours.
const (
	Plain      Behaviour = iota // nothing: a body that receives
	Server                      // the functions of package genserver that look into a server
	Supervisor                  // those, and the ones of package supervisor
)

// String returns the behaviour's name.
func (b Behaviour) String() string {
	return [...]string{"process", "server", "supervisor"}[min(b, Supervisor)]
}

func (b Behaviour) origin() origin { return origin(min(b, Supervisor)) << behaviourShift }

func (p *process) behaviour() Behaviour { return Behaviour(p.origin & behaviourBits >> behaviourShift) }

// parentPID returns who has spawned p, the zero PID if that was the program.
func (p *process) parentPID() pid.PID {
	id := uint64(p.origin &^ kindBits)
	if id == 0 {
		return pid.PID{}
	}
	return pid.New(p.rt.node.ID(), id)
}

// Parent returns who has spawned the process, the zero PID if that was the program or
// another node.
func (c *Context) Parent() pid.PID { return c.process().parentPID() }
