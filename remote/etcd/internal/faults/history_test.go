package faults_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/remote/cluster/clustertest"
	"github.com/starlang-go/starlang/remote/cluster/directory"
	"github.com/starlang-go/starlang/remote/cluster/directory/memory"
	"github.com/starlang-go/starlang/remote/etcd/etcdtest"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
)

// history is what clients did to keys, and what they saw.
type history struct {
	clock atomic.Int64 // an order of all beginnings and ends

	mu  sync.Mutex
	ops []porcupine.Operation // guarded by mu
}

// asked is an operation on a key.
type asked struct {
	Do    string // claim, get or release
	Key   string
	Owner string
	Value string
	Fence uint64
}

// seen is a key as an operation has left it; the zero seen is one that nobody holds.
type seen struct {
	Owner, Value string
	Fence        uint64
}

// record has an operation done, unless do says that nothing was.
func (h *history) record(client int, in asked, do func() (seen, bool)) {
	call := h.clock.Add(1)
	out, ok := do()
	if !ok {
		return
	}
	end := h.clock.Add(1)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ops = append(h.ops, porcupine.Operation{ClientId: client, Input: in, Call: call, Output: out, Return: end})
}

// state is a key by the rules of the directory.
type state struct {
	seen
	last uint64 // the largest fence so far
}

// keys is the model: each key by itself, as a register that is held with a fence. Claims of
// names have no value, and no fence that their callers see.
var keys = porcupine.Model{
	Partition: func(all []porcupine.Operation) (parts [][]porcupine.Operation) {
		of := make(map[string][]porcupine.Operation)
		for _, op := range all {
			key := op.Input.(asked).Key
			of[key] = append(of[key], op)
		}
		for _, part := range of {
			parts = append(parts, part)
		}
		return parts
	},
	Init: func() any { return state{} },
	Step: func(s, in, out any) (bool, any) { return s.(state).step(in.(asked), out.(seen)) },
}

func (s state) step(in asked, out seen) (bool, any) {
	switch {
	case in.Do == "claim" && s.Owner == "":
		ok := out.Owner == in.Owner && out.Value == in.Value && (out.Fence > s.last || in.Value == "")
		return ok, state{out, out.Fence}
	case in.Do == "release" && s.Owner == in.Owner && s.Fence == in.Fence:
		return true, state{last: s.last}
	case in.Do == "release":
		return true, s
	}
	return out == s.seen, s
}

func (h *history) check(t *testing.T) {
	t.Helper()
	t.Logf("%d operations", len(h.ops))
	require.NotEmpty(t, h.ops)
	require.Equal(t, porcupine.Ok, porcupine.CheckOperationsTimeout(keys, h.ops, time.Minute))
}

func seenOf(e directory.Entry) seen {
	return seen{string(e.Owner), string(e.Value), uint64(e.Fence)}
}

// historian is a client that claims, reads and releases keys at random.
type historian struct {
	t       *testing.T
	h       *history
	number  int
	dir     directory.Directory
	session directory.Session
	rng     *rand.Rand
	held    map[string]directory.Entry
}

const historyKeys = 3

func (c *historian) run(n int) {
	for i := range n {
		key := fmt.Sprintf("/history/%d", c.rng.IntN(historyKeys))
		switch e, ours := c.held[key]; {
		case c.rng.IntN(3) == 0:
			c.get(key)
		case ours:
			c.release(e)
		default:
			c.claim(key, fmt.Sprintf("%d/%d", c.number, i))
		}
	}
}

// try repeats what failed, with a new ctx for each try.
func (c *historian) try(do func(context.Context) error) {
	for range 100 {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		err := do(ctx)
		cancel()
		if err == nil {
			return
		}
	}
	c.t.Error("the directory does not answer")
}

func (c *historian) get(key string) {
	c.h.record(c.number, asked{Do: "get", Key: key}, func() (s seen, _ bool) {
		c.try(func(ctx context.Context) error {
			e, err := c.dir.Get(ctx, key)
			if errors.Is(err, directory.ErrNotFound) {
				e, err = directory.Entry{}, nil
			}
			s = seenOf(e)
			return err
		})
		return s, true
	})
}

func (c *historian) release(e directory.Entry) {
	in := asked{Do: "release", Key: e.Key, Owner: string(e.Owner), Fence: uint64(e.Fence)}
	c.h.record(c.number, in, func() (seen, bool) {
		c.try(func(ctx context.Context) error { return c.session.Release(ctx, e) })
		return seen{}, true
	})
	delete(c.held, e.Key)
}

// claim claims a key. What is unknown is settled: then it is ours, or it has had no effect.
func (c *historian) claim(key, value string) {
	in := asked{Do: "claim", Key: key, Owner: string(c.session.ID()), Value: value}
	c.h.record(c.number, in, func() (seen, bool) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		got, err := c.session.Claim(ctx, directory.Claim{Key: key, Value: []byte(value)})
		var e directory.Entry
		if err == nil {
			e = got[0]
		} else {
			e = c.settle(key)
		}
		ours := string(e.Value) == value
		if ours {
			c.held[key] = e
		}
		return seenOf(e), err == nil || ours
	})
}

func (c *historian) settle(key string) (e directory.Entry) {
	c.try(c.session.Settle)
	c.try(func(ctx context.Context) (err error) {
		e, err = c.dir.Get(ctx, key)
		if errors.Is(err, directory.ErrNotFound) {
			e, err = directory.Entry{}, nil
		}
		return err
	})
	return e
}

// tell has some clients do n things each.
func (h *history) tell(t *testing.T, clients []directory.Directory, ttl time.Duration, n int) *sync.WaitGroup {
	var wg sync.WaitGroup
	for i, d := range clients {
		s, err := d.Open(t.Context(), ttl)
		require.NoError(t, err)
		c := &historian{t: t, h: h, number: i, dir: d, session: s, rng: rand.New(rand.NewPCG(uint64(i), 3)), held: make(map[string]directory.Entry)}
		wg.Go(func() { c.run(n) })
	}
	return &wg
}

// slow returns faults by which everything takes a random time.
func slow(seed uint64) memory.Faults {
	rng, mu := rand.New(rand.NewPCG(seed, 5)), sync.Mutex{}
	return memory.Faults{Delay: func() time.Duration {
		mu.Lock()
		defer mu.Unlock()
		return time.Duration(rng.Int64N(int64(20 * time.Millisecond)))
	}}
}

func TestHistory_MemoryDriverIsLinearizable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New()
		defer store.Close()
		var clients []directory.Directory
		for i := range 6 {
			c := store.Client()
			defer c.Close()
			c.SetFaults(slow(uint64(i)))
			clients = append(clients, c)
		}
		h := new(history)
		h.tell(t, clients, time.Hour, 200).Wait()
		h.check(t)
	})
}

// TestHistory_EtcdIsLinearizable stops a member of etcd meanwhile, so that some outcomes are
// unknown at first.
func TestHistory_EtcdIsLinearizable(t *testing.T) {
	servers := etcdtest.Start(t, 3)
	var clients []directory.Directory
	for i := range 5 {
		d := newDirectory(t, turned(servers.Endpoints(), i))
		clients = append(clients, d)
	}
	h := new(history)
	wg := h.tell(t, clients, time.Minute, 150)
	servers.Freeze(0)
	elapse(2 * time.Second)
	servers.Thaw(0)
	wg.Wait()
	h.check(t)
}

// TestHistory_WhereisIsLinearizable has nodes register, free and look up names. Each node looks
// up each name once: what it remembers afterwards is checked by use, not by Whereis.
func TestHistory_WhereisIsLinearizable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := clustertest.New(t, 1)
		h := new(history)
		var wg sync.WaitGroup
		for i := range 6 {
			n := l.Start(fmt.Sprintf("n%d@test", i))
			n.Client.SetFaults(slow(uint64(i)))
			rng := rand.New(rand.NewPCG(uint64(i), 9))
			for name := range 30 {
				register, look := rng.Int64N(200), rng.Int64N(400)
				wg.Go(func() { h.lookUp(i, n, fmt.Sprint(name), time.Duration(look)*time.Millisecond) })
				if (name+i)%2 == 0 {
					wg.Go(func() { h.haveName(t, i, n, fmt.Sprint(name), time.Duration(register)*time.Millisecond) })
				}
			}
		}
		wg.Wait()
		h.check(t)
		for _, n := range l.Nodes() {
			n.Stop()
		}
	})
}

// lookUp looks a name up after a while.
func (h *history) lookUp(i int, n *clustertest.Node, name string, wait time.Duration) {
	elapse(wait)
	h.record(i, asked{Do: "get", Key: name}, func() (seen, bool) {
		p, err := n.Name(name).Service.Whereis(context.Background(), name)
		switch {
		case errors.Is(err, runtime.ErrNameNotFound):
			return seen{}, true
		case err != nil:
			return seen{}, false
		}
		return seen{Owner: p.String()}, true
	})
}

// bearer is a server that only has a name.
type bearer struct{}

// HandleCast implements genserver.CastHandler.
func (bearer) HandleCast(*genserver.Context, any) error { return nil }

// haveName registers a process for a while.
func (h *history) haveName(t *testing.T, i int, n *clustertest.Node, name string, wait time.Duration) {
	elapse(wait)
	service := n.Name(name).Service
	err := n.Runtime().Run(context.Background(), func(ctx *runtime.Context) error {
		p, err := genserver.Start(ctx, bearer{}, genserver.Options{})
		if err != nil {
			return err
		}
		if !h.registers(i, ctx, service, name, p) {
			return nil
		}
		elapse(wait)
		h.record(i, asked{Do: "release", Key: name, Owner: p.String()}, func() (seen, bool) {
			err = service.Unregister(ctx, name, p)
			return seen{}, true
		})
		return err
	})
	if err != nil {
		t.Errorf("%s: %v", name, err)
	}
}

// registers reports whether the process got the name. That it did not says that somebody else had it,
// not who.
func (h *history) registers(i int, ctx context.Context, service runtime.NameService, name string, p pid.PID) (ok bool) {
	h.record(i, asked{Do: "claim", Key: name, Owner: p.String()}, func() (seen, bool) {
		ok = service.Register(ctx, name, p) == nil
		return seen{Owner: p.String()}, ok
	})
	return ok
}
