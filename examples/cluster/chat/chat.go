package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/remote/cluster"
	"github.com/starlang-go/starlang/remote/cluster/group"
	"github.com/starlang-go/starlang/remote/cluster/topic"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/term"
)

// room is the topic that all talk in, and the group of those who are there.
const room = "room"

// said is what somebody says.
type said struct{ Who, Text string }

func init() { term.MustRegister[said]("cluster_chat.said") }

// chat is one node's part of the room.
type chat struct {
	out  io.Writer
	talk *topic.Topics
	here *group.Scope
}

func open(c *cluster.Cluster, out io.Writer) (*chat, error) {
	talk, errTalk := topic.Open(c, "chat", topic.Options{Drop: true})
	here, errHere := group.Open(c, "chat")
	return &chat{out, talk, here}, errors.Join(errTalk, errHere)
}

// listen is the process that prints what is said, and who comes and goes.
func (c *chat) listen(ctx *runtime.Context) error {
	now, _, err := c.here.Monitor(ctx, room)
	if err := errors.Join(err, c.here.Join(ctx, room), c.talk.Subscribe(ctx, room)); err != nil {
		return err
	}
	c.tell(ctx, now, "is here")
	for {
		m, err := ctx.Recv()
		if err != nil {
			return err
		}
		switch v := m.Value().(type) {
		case topic.Message:
			if s, ok := v.Value.(said); ok && s.Who != ctx.PID().Node().Name() {
				fmt.Fprintf(c.out, "%s: %s\n", person(s.Who), s.Text)
			}
		case group.Changed:
			c.tell(ctx, v.Joined, "is here")
			c.tell(ctx, v.Left, "has left")
		}
	}
}

// tell prints what others do.
func (c *chat) tell(ctx *runtime.Context, who []pid.PID, does string) {
	for _, p := range who {
		if p != ctx.PID() {
			fmt.Fprintln(c.out, person(p.Node().Name()), does)
		}
	}
}

// say tells all nodes what is said on this one. ctx is of package runtime.
func (c *chat) say(ctx context.Context, who, text string) error {
	return c.talk.Publish(ctx, room, said{who, text})
}

// person is the part of a node's name before the host.
func person(node string) string {
	name, _, _ := strings.Cut(node, "@")
	return name
}
