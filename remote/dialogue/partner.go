package dialogue

import (
	"context"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
)

// PartnerName is the name of the process that dialogues have act at the node.
const PartnerName = "dialogue.partner"

// Partner is the body of that process. A message is an array of a word and a PID:
// "unlink" unlinks it, "send" sends it nil, which connects to its node.
func Partner(ctx *runtime.Context) error {
	ctx.SetTrapExit(true)
	for {
		m, err := ctx.Recv()
		if err != nil {
			return err
		}
		if order, ok := m.Value().([]any); ok && len(order) == 2 {
			obey(ctx, order)
		}
	}
}

func obey(ctx *runtime.Context, order []any) {
	p, _ := order[1].(pid.PID)
	switch order[0] {
	case "unlink":
		_ = ctx.Unlink(p) // of a link that is there; the dialogue sees what comes of it
	case "send":
		_ = runtime.Send(context.Context(ctx), p, nil) // may fail: that the node dials is all
	}
}
