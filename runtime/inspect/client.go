package inspect

import (
	"context"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
)

// Client asks the server of one node. All goroutines may share it. Its methods return,
// beside the errors of [genserver.Call], one that is [ErrDenied], [ErrBusy],
// [ErrNotFound], [ErrNoServer] or [ErrUnsupported].
type Client struct {
	rt *runtime.Runtime
	to pid.Name
}

// NewClient returns a Client that asks, in the name of rt, the server with the given
// address: on rt, or on another node.
func NewClient(rt *runtime.Runtime, server pid.Name) *Client { return &Client{rt, server} }

// ask asks a server.
func ask[R any](ctx context.Context, to pid.Name, q query) (R, error) {
	return genserver.CallAs[R](ctx, to, q)
}

func askBy[R any](ctx context.Context, c *Client, q query) (R, error) {
	return ask[R](runtime.WithCallTimeout(runtime.NewContext(ctx, c.rt), maxAnswerTime), c.to, q)
}

// Top asks for the processes that come first.
func (c *Client) Top(ctx context.Context, q Top) (Rows, error) { return askBy[Rows](ctx, c, q) }

// Find asks for the processes that a text means.
func (c *Client) Find(ctx context.Context, q Find) (Rows, error) { return askBy[Rows](ctx, c, q) }

// Process asks for all that there is to see of a process.
func (c *Client) Process(ctx context.Context, target string) (Info, error) {
	return askBy[Info](ctx, c, Process{target})
}

// Peek asks of which types the messages in a mailbox are.
func (c *Client) Peek(ctx context.Context, target string) (Mail, error) {
	return askBy[Mail](ctx, c, Peek{target})
}

// State asks a server for its state, as it may be shown.
func (c *Client) State(ctx context.Context, target string) (Text, error) {
	return askBy[Text](ctx, c, State{Target: target})
}

// UnsafeState asks a server for its state with all that it holds. It needs [Control].
func (c *Client) UnsafeState(ctx context.Context, target string) (Text, error) {
	return askBy[Text](ctx, c, State{Target: target, Unsafe: true})
}

// Stack asks for the stack of a process.
func (c *Client) Stack(ctx context.Context, target string) (Text, error) {
	return askBy[Text](ctx, c, Stack{target})
}

// Stacks asks what the goroutines of all processes do.
func (c *Client) Stacks(ctx context.Context) (Text, error) { return askBy[Text](ctx, c, Stacks{}) }

// Profile asks for a profile of the program.
func (c *Client) Profile(ctx context.Context, q Profile) (ProfileData, error) {
	return askBy[ProfileData](ctx, c, q)
}

// Flight asks for an execution trace of the program.
func (c *Client) Flight(ctx context.Context, q Flight) (FlightData, error) {
	return askBy[FlightData](ctx, c, q)
}

// Roots asks for the supervisors that no other one has started.
func (c *Client) Roots(ctx context.Context, q Roots) (Rows, error) { return askBy[Rows](ctx, c, q) }

// Tree asks for what is below a supervisor.
func (c *Client) Tree(ctx context.Context, q Tree) (Branch, error) { return askBy[Branch](ctx, c, q) }

// Apps asks for the applications.
func (c *Client) Apps(ctx context.Context) (AppList, error) { return askBy[AppList](ctx, c, Apps{}) }

// Names asks for registered names.
func (c *Client) Names(ctx context.Context, q Names) (NameList, error) {
	return askBy[NameList](ctx, c, q)
}

// Zombies asks for the zombies.
func (c *Client) Zombies(ctx context.Context, q Zombies) (ZombieList, error) {
	return askBy[ZombieList](ctx, c, q)
}

// Nodes asks for the connections to other nodes.
func (c *Client) Nodes(ctx context.Context, q Nodes) (NodeList, error) {
	return askBy[NodeList](ctx, c, q)
}

// Members asks for the members of the node's cluster.
func (c *Client) Members(ctx context.Context, q Members) (MemberList, error) {
	return askBy[MemberList](ctx, c, q)
}

// ClusterNames asks for names of the node's cluster.
func (c *Client) ClusterNames(ctx context.Context, q ClusterNames) (ClusterNameList, error) {
	return askBy[ClusterNameList](ctx, c, q)
}

// Shards asks for the shards of the entities of the node's cluster.
func (c *Client) Shards(ctx context.Context, q Shards) (ShardList, error) {
	return askBy[ShardList](ctx, c, q)
}

// Runtime asks for the numbers of the node.
func (c *Client) Runtime(ctx context.Context) (Numbers, error) {
	return askBy[Numbers](ctx, c, Runtime{})
}

// Waits asks who waits for whom.
func (c *Client) Waits(ctx context.Context, q Waits) (WaitList, error) {
	return askBy[WaitList](ctx, c, q)
}

// Alarms asks for the alarms.
func (c *Client) Alarms(ctx context.Context, q Alarms) (AlarmList, error) {
	return askBy[AlarmList](ctx, c, q)
}

// Events asks what has happened lately.
func (c *Client) Events(ctx context.Context, q Events) (EventList, error) {
	return askBy[EventList](ctx, c, q)
}

// Crashes asks for the last crashes.
func (c *Client) Crashes(ctx context.Context, q Crashes) (CrashList, error) {
	return askBy[CrashList](ctx, c, q)
}

// followWait is how long one question of those that follow waits for news.
const followWait = 10 * time.Second

// FollowEvents calls show with events as they happen, until ctx ends, or asking or show
// returns an error. The node never waits for it: what it is too slow for is Lost.
func (c *Client) FollowEvents(ctx context.Context, q Events, show func(EventList) error) error {
	q.Wait = followWait
	for {
		list, err := c.Events(ctx, q)
		if err == nil && len(list.Events)+int(list.Lost) > 0 {
			err = show(list)
		}
		if err != nil {
			return err
		}
		q.After, q.N = list.Last, MaxRows
	}
}

// FollowAlarms calls show with the alarms, first those that are active and then at each
// change, as FollowEvents does.
func (c *Client) FollowAlarms(ctx context.Context, show func(AlarmList) error) error {
	for q := (Alarms{}); ; q.Wait = followWait {
		list, err := c.Alarms(ctx, q)
		if err == nil && (q.Wait == 0 || len(list.Changes) > 0) {
			err = show(list)
		}
		if err != nil {
			return err
		}
		if n := len(list.Changes); n > 0 {
			q.After = list.Changes[n-1].Seq
		}
	}
}

// Trace calls show with the events of a session, in order, until it is over, ctx ends or
// show returns an error.
func (c *Client) Trace(ctx context.Context, q Trace, show func(TraceEvents) error) error {
	result := make(chan error, 1)                         // nobody may be left to read it
	err := c.rt.Run(ctx, func(p *runtime.Context) error { // the session ends with this process
		result <- c.follow(runtime.WithCallTimeout(p, maxAnswerTime), q, show)
		return nil
	})
	select {
	case err = <-result: // says more than the exit reason
	default:
	}
	return err
}

// follow asks for a session and for its events.
func (c *Client) follow(ctx context.Context, q Trace, show func(TraceEvents) error) error {
	got, err := ask[TraceEvents](ctx, c.to, q)
	next := TraceNext{Session: got.Session, Wait: time.Second}
	for err == nil && !got.Over {
		if got, err = ask[TraceEvents](ctx, c.to, next); err == nil {
			err = show(got)
		}
		if n := len(got.Events); n > 0 {
			next.After = got.Events[n-1].Seq
		}
	}
	return err
}

// Act asks the server to do something. It needs [Control].
func (c *Client) Act(ctx context.Context, a Action) (Done, error) { return askBy[Done](ctx, c, a) }
