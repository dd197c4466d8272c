package entity

import (
	"errors"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/term"
)

// routed is a message on its way to an entity by its shard's server.
type routed struct {
	ID  string
	Msg any
}

// flush follows what a process has sent to a shard's server. Its answer says that all of
// that has got to where it is handled.
type flush struct{}

// settleAfter asks for an answer when all that a server has passed on has arrived: it has
// ended, or cannot be reached by who asks.
type settleAfter struct{ Server pid.PID }

// passedOn is what a server that has given its shard up passes on to the next one.
type passedOn struct {
	By   []pid.PID // the servers that have passed it on, the first that did so first
	Cast routed
}

// errMoved is the answer to a call that was not handled, because the server has no
// claim of the shard any more, or is about to give it up.
var errMoved = errors.New("entity: shard has moved")

func init() {
	term.MustRegister[routed]("starlang.entity.routed")
	term.MustRegister[flush]("starlang.entity.flush")
	term.MustRegister[settleAfter]("starlang.entity.settle-after")
	term.MustRegister[passedOn]("starlang.entity.passed-on")
	genserver.MustRegisterError("starlang.entity.moved", errMoved)
	genserver.MustRegisterError("starlang.entity.down", ErrEntityDown)
	genserver.MustRegisterError("starlang.entity.busy", ErrShardBusy)
	genserver.MustRegisterError("starlang.entity.kind-differs", ErrKindDiffers)
	genserver.MustRegisterError("starlang.entity.registered", ErrRegistered)
	genserver.MustRegisterError("starlang.entity.closed", ErrClosed)
}

// What servers of this node tell each other. None of it travels.
type (
	// forwarded is a message for an entity, from its shard.
	forwarded struct {
		from   genserver.From // zero for a cast
		msg    any
		passed *passedOn // how it came; nil: from its sender
	}
	// stop is the last message for an entity that is to be stopped.
	stop struct{}
	// claimed tells a shard that its key is held.
	claimed struct{ lease *lease }
	// drain tells a shard to give its key up.
	drain struct{}
	// unreachable tells a shard that a server has ended, or cannot be reached, for whose
	// flush somebody waits.
	unreachable struct {
		Server pid.PID
		From   genserver.From
	}
	// overdue tells a shard that its hand-off takes too long.
	overdue struct{}
	// sweep tells a shard to stop what is idle.
	sweep struct{}
	// shrink tells a shard to stop what is too many.
	shrink struct{}
	// rest tells a shard to forget what it knows of the idle.
	rest struct{}
	// list tells a shard to ask which entities always run.
	list struct{}
	// wanted tells a shard of an entity that always runs.
	wanted struct{ ID string }
	// nextOwner tells a shard that was given up who has it now.
	nextOwner struct{ Server pid.PID }
	// drained tells the manager that a shard has no entity any more.
	drained struct {
		Shard  int
		Server pid.PID
	}
	// changed tells the manager to look.
	changed struct{}
)

// passedBy returns the servers that have passed m on.
func (m *forwarded) passedBy() []pid.PID {
	if m.passed == nil {
		return nil
	}
	return m.passed.By
}

// ImmutableTerm says that a forwarded may be shared: nobody changes it.
func (*forwarded) ImmutableTerm() {}

// ImmutableTerm says that a claimed may be shared: nobody changes it.
func (*claimed) ImmutableTerm() {}
