package entity

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/registry"
	"github.com/starlang-go/starlang/remote/cluster/directory"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
)

// settleTime is for how long after a shard has moved something may still be on its way to
// the server before: a connection that takes longer is given up by its heartbeat.
const settleTime = 30 * time.Second

// leaveNotice is for how long a call that could not be sent waits for another owner of the
// shard, if the directory has not told yet that the node leaves.
const leaveNotice = 2 * time.Second

// route is who has a shard, as the directory has told. Only before changes.
type route struct {
	server pid.PID
	fence  directory.Fence
	// before publishes who had the shard before, nil if nobody did who has to be asked: it is
	// dropped, with the processes that have asked, when that is long ago.
	before atomic.Pointer[earlier]
}

// earlier is a server that had the shard before. A process that may have sent something
// to it asks it for an answer first, see Entities.settle.
type earlier struct {
	server pid.PID
	until  time.Time
	asked  sync.Map // of pid.PID: the processes that have, and those before it
	before *earlier // the one before it, nil if that is long ago
}

// since returns e without those at its end that need not be asked any more.
func (e *earlier) since(now time.Time) *earlier {
	if e == nil || now.After(e.until) {
		return nil
	}
	return e
}

// oldest returns e and those before it that may have to be asked, the oldest first.
func (e *earlier) oldest(now time.Time) (all []*earlier) {
	for e = e.since(now); e != nil; e = e.before.since(now) {
		all = append(all, e)
	}
	slices.Reverse(all)
	return all
}

// owner is the value of a shard's key.
type owner struct {
	Server pid.PID `json:"server"`
}

// table is who has each shard.
type table struct {
	routes  []atomic.Pointer[route] // publishes the owner, nil if there is none
	waiting []atomic.Int32          // counts who waits for a shard
	last    []*route                // by shard, the last owner that there was; of the mirror alone

	self pid.NodeID

	mu         sync.Mutex
	changed    chan struct{}       // guarded by mu; closed at each change
	successors map[pid.PID]pid.PID // guarded by mu; of this node's servers
}

func newTable(shards int, self pid.NodeID) *table {
	return &table{
		self:   self,
		routes: make([]atomic.Pointer[route], shards), waiting: make([]atomic.Int32, shards),
		last: make([]*route, shards), changed: make(chan struct{}), successors: make(map[pid.PID]pid.PID),
	}
}

// apply takes changes of the directory, and reports those shards that have another owner.
func (t *table) apply(prefix string, changes []directory.Event) (moved []int) {
	for _, c := range changes {
		shard, err := strconv.Atoi(strings.TrimPrefix(c.Entry.Key, prefix))
		if err != nil || shard < 0 || shard >= len(t.routes) {
			continue
		}
		if c.Freed {
			t.routes[shard].Store(nil)
			continue
		}
		var o owner
		if json.Unmarshal(c.Entry.Value, &o) != nil {
			continue
		}
		r := &route{server: o.Server, fence: c.Entry.Fence}
		if last := t.last[shard]; last != nil && last.server != o.Server {
			t.succeed(last.server, o.Server)
			now := time.Now()
			r.before.Store(&earlier{server: last.server, until: now.Add(settleTime), before: last.before.Load().since(now)})
		}
		t.last[shard] = r
		t.routes[shard].Store(r)
		moved = append(moved, shard)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	close(t.changed)
	t.changed = make(chan struct{})
	return moved
}

// succeed notes who has had a shard next after a server of this node. Watches bring every change, so it
// is that one also if the shard has moved on since.
func (t *table) succeed(server, next pid.PID) {
	if !server.IsLocal(t.self) {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.successors[server] = next
}

// successor returns who has had the shard of a server next, zero if nobody has yet.
func (t *table) successor(server pid.PID) pid.PID {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.successors[server]
}

// forget makes room.
func (t *table) forget(server pid.PID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.successors, server)
}

// await returns the owner of a shard, once there is one with a larger fence than after.
func (t *table) await(ctx context.Context, shard int, after directory.Fence, closed <-chan struct{}) (*route, error) {
	if r := t.routes[shard].Load(); r != nil && r.fence > after {
		return r, nil
	}
	if t.waiting[shard].Add(1) > MaxWaiting {
		t.waiting[shard].Add(-1)
		return nil, ErrShardBusy
	}
	defer t.waiting[shard].Add(-1)
	for {
		t.mu.Lock()
		changed := t.changed
		t.mu.Unlock()
		if r := t.routes[shard].Load(); r != nil && r.fence > after {
			return r, nil
		}
		select {
		case <-changed:
		case <-closed:
			return nil, ErrClosed
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// Shard returns the shard of an ID.
func (e *Entities) Shard(id string) int { return int(hashID(id) % uint64(e.kind.Shards)) }

// Owner returns the name of the node that has an entity's shard, as far as is known here,
// and the fence; "" if none has.
func (e *Entities) Owner(id string) (node string, f directory.Fence) {
	r := e.table.routes[e.Shard(id)].Load()
	if r == nil {
		return "", 0
	}
	return r.server.Node().Name(), r.fence
}

// Call calls an entity, as genserver.Call calls a server. While the entity's shard has no
// owner, or moves, it waits until ctx ends. An entity that ends while it has the call gives
// ErrEntityDown.
func Call[R any, Q genserver.Request[R]](ctx context.Context, e *Entities, id string, q Q) (R, error) {
	return CallAs[R](ctx, e, id, q)
}

// CallAs is [Call] of a request of any type, whose reply must be a T.
func CallAs[T any](ctx context.Context, e *Entities, id string, req any) (T, error) {
	shard, after := e.Shard(id), directory.Fence(0)
	for {
		var none T
		r, err := e.routeTo(ctx, shard, after)
		if err != nil {
			return none, err
		}
		v, err := genserver.CallAs[T](ctx, r.server, routed{id, req})
		switch {
		case err == nil:
			return v, nil
		case notHandled(err), isUnsent(err) && (e.hasLeft(r) || e.movesOn(ctx, shard, r)):
			after = r.fence
		default:
			return none, err
		}
	}
}

// notHandled reports whether a failed call was certainly not handled: the server said so,
// or was not there any more when the call arrived.
func notHandled(err error) bool {
	var replied *genserver.ReplyError
	if errors.As(err, &replied) {
		return errors.Is(err, errMoved)
	}
	return errors.Is(err, registry.ErrNoProc)
}

// isUnsent reports whether a call failed before it was sent, because there is no connection.
func isUnsent(err error) bool {
	var unsent *registry.SendError
	return errors.As(err, &unsent) && errors.Is(err, registry.ErrNoConnection)
}

// hasLeft reports whether the node that had the shard leaves, or has left. Then somebody else
// will have it.
func (e *Entities) hasLeft(r *route) bool {
	m, ok := e.c.Member(r.server.Node().Name())
	return !ok || m.Leaving || m.Creation != r.server.Node().Creation()
}

// movesOn waits for the next owner of a shard whose node cannot be reached: that it left may be
// told a moment after its connections have ended. It reports whether there is one.
func (e *Entities) movesOn(ctx context.Context, shard int, r *route) bool {
	ctx, cancel := context.WithTimeout(ctx, leaveNotice)
	defer cancel()
	_, err := e.table.await(ctx, shard, r.fence, e.c.Done())
	return err == nil
}

// Cast sends an entity a message, as genserver.Cast does. While the entity's shard has no
// owner it waits until ctx ends.
func Cast(ctx context.Context, e *Entities, id string, msg any) error {
	r, err := e.routeTo(ctx, e.Shard(id), 0)
	if err != nil {
		return err
	}
	return genserver.Cast(ctx, r.server, routed{id, msg})
}

// routeTo returns the owner of a shard that the process that ctx carries may send to. To settle
// takes time, in which the shard may move on and its owner leave: then all begins anew.
func (e *Entities) routeTo(ctx context.Context, shard int, after directory.Fence) (*route, error) {
	for {
		r, err := e.table.await(ctx, shard, after, e.c.Done())
		if err != nil {
			return nil, err
		}
		before := r.before.Load()
		if before == nil {
			return r, nil
		}
		p, err := runtime.CurrentPID(ctx)
		if err != nil {
			return r, nil // what the program sends has no order
		}
		err = e.settle(ctx, p, r, before)
		switch {
		case err == nil && e.table.routes[shard].Load() == r:
			return r, nil
		case err == nil:
		case ctx.Err() == nil && (e.hasLeft(r) || e.movesOn(ctx, shard, r)):
			after = r.fence
		default:
			return nil, err
		}
	}
}

// settle makes sure that nothing which a process has sent to earlier owners is still on its
// way to r: it could be passed on and arrive after what is sent now. It asks them, the oldest
// first. Of those that cannot be asked the owner itself has to know: it fails if that one
// cannot be reached either.
func (e *Entities) settle(ctx context.Context, p pid.PID, r *route, before *earlier) error {
	if _, asked := before.asked.Load(p); asked {
		return nil // as nearly every message finds it
	}
	var silent []*earlier
	all := before.oldest(time.Now())
	if len(all) == 0 {
		r.before.Store(nil)
		return nil
	}
	for i, b := range all {
		if _, asked := b.asked.Load(p); asked {
			continue
		}
		if _, err := genserver.CallAs[bool](ctx, b.server, flush{}); err == nil {
			continue
		}
		for _, later := range all[i+1:] { // to whom it may have passed something on
			_ = settleWithout(ctx, b.server, later.server)
		}
		silent = append(silent, b)
	}
	for _, b := range silent {
		if err := settleWithout(ctx, b.server, r.server); err != nil {
			return err
		}
	}
	for _, b := range all {
		b.asked.Store(p, nil)
	}
	return nil
}

// settleWithout is for an earlier owner that cannot be asked. What was sent to it is lost,
// except for what it has passed on: a later one waits for that, or learns that what comes of
// it from now on is late. One that is gone has nothing to do with either; the error is that
// it cannot be reached.
func settleWithout(ctx context.Context, gone, later pid.PID) error {
	_, err := genserver.CallAs[bool](ctx, later, settleAfter{gone})
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, registry.ErrNoConnection), errors.Is(err, runtime.ErrTimeout):
		return err
	}
	return nil
}

// Ref returns the entity as a name to send to: what is sent is cast.
func (e *Entities) Ref(id string) runtime.Via { return runtime.Via{Service: service{e}, Name: id} }

// service lets an entity stand where a name can.
type service struct{ e *Entities }

var _ runtime.NameService = service{}

// errNoPID tells that an entity has no PID that could be looked up.
var errNoPID = errors.New("entity: an entity has no PID to others; use entity.Call")

func (s service) Register(context.Context, string, pid.PID) error    { return errNoPID }
func (s service) Unregister(context.Context, string, pid.PID) error  { return errNoPID }
func (s service) Whereis(context.Context, string) (pid.PID, error)   { return pid.PID{}, errNoPID }
func (s service) Send(ctx context.Context, id string, msg any) error { return Cast(ctx, s.e, id, msg) }
