package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
)

// roomName is registered on the server's node.
const roomName = "room"

// maxHistory is how many lines the room remembers.
const maxHistory = 20

// What the room answers instead of a reply.
var (
	errNickTaken = errors.New("somebody with this name is here already")
	errOutside   = errors.New("you are not in the room")
)

// room is a server. It monitors all who are in it, so it knows who has left, in
// whatever way.
type room struct {
	log     io.Writer
	nicks   map[pid.PID]string
	history []string
}

// HandleCall implements [genserver.CallHandler]. Who calls is known from the call,
// and that a node can speak for its own processes only.
func (r *room) HandleCall(ctx *genserver.Context, from genserver.From, req any) (any, error) {
	nick, inside := r.nicks[from.PID]
	switch req := req.(type) {
	case enter:
		return r.enter(ctx, from.PID, clean(req.Nick))
	case who:
		return welcome{Here: r.here()}, nil
	case say:
		if !inside {
			return nil, errOutside
		}
		if text := clean(req.Text); text != "" {
			r.tell(ctx, from.PID, nick+": "+text)
		}
		return nil, nil
	}
	return nil, genserver.ErrUnhandled
}

// HandleInfo implements [genserver.InfoHandler].
func (r *room) HandleInfo(ctx *genserver.Context, msg any) error {
	down, ok := msg.(signal.Down)
	if !ok {
		return genserver.ErrUnhandled
	}
	nick := r.nicks[down.PID]
	delete(r.nicks, down.PID)
	if down.Reason.IsFailure() {
		r.tell(ctx, down.PID, fmt.Sprintf("* %s is gone: %s", nick, down.Reason))
	} else {
		r.tell(ctx, down.PID, fmt.Sprintf("* %s has left", nick))
	}
	return nil
}

func (r *room) enter(ctx *genserver.Context, who pid.PID, nick string) (any, error) {
	if r.nicks[who] != "" {
		return welcome{Here: r.here()}, nil
	}
	if nick == "" || slices.Contains(r.here(), nick) {
		return nil, errNickTaken
	}
	history := slices.Clone(r.history)
	ctx.Monitor(who)
	r.nicks[who] = nick
	r.tell(ctx, who, fmt.Sprintf("* %s has come", nick))
	return welcome{r.here(), history}, nil
}

func (r *room) here() []string { return slices.Sorted(maps.Values(r.nicks)) }

// tell passes a line to all but the one who caused it. One who cannot be reached is
// about to be gone, and a down tells so.
func (r *room) tell(ctx *genserver.Context, except pid.PID, text string) {
	fmt.Fprintln(r.log, text)
	r.history = append(r.history, text)
	r.history = r.history[max(0, len(r.history)-maxHistory):]
	for p := range r.nicks {
		if p != except {
			_ = ctx.Send(p, line{text})
		}
	}
}

// serve keeps the room open until ctx ends. Whoever started the program through a
// pipe takes it along when it ends.
func serve(ctx context.Context, rt *runtime.Runtime, cfg remote.Config, in *os.File, out io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if info, err := in.Stat(); err == nil && info.Mode()&os.ModeNamedPipe != 0 {
		go func() { // ends with the pipe, or with the program
			_, _ = io.Copy(io.Discard, in)
			cancel()
		}()
	}
	return live(ctx, rt, func(p *runtime.Context) error {
		r := &room{log: out, nicks: map[pid.PID]string{}}
		if _, err := genserver.StartLink(p, r, genserver.Options{Name: roomName}); err != nil {
			return err
		}
		node, err := remote.Start(rt, cfg) // only now, so that who connects finds the room
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "* %s listens on %s\n", node.Name(), node.Addr())
		_, err = p.Recv()
		return err
	})
}
