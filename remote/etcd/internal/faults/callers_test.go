package faults_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/starlang-go/starlang/remote/cluster"
	"github.com/starlang-go/starlang/remote/cluster/entity"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
)

// maxTold is how many failed calls a member tells of one by one.
const maxTold = 50

// callers make calls and count how they end.
type callers struct {
	m    *member
	stop chan struct{} // closed when no more calls are to begin
	wg   sync.WaitGroup

	begun, ended, failed, longest atomic.Int64
}

// start begins to call as it is told.
func (c *callers) start(o order) {
	if o.Rate > 0 {
		c.wg.Go(func() { c.atRate(o) }) // ends with report
		return
	}
	for _, to := range o.To {
		c.wg.Go(func() { c.oneByOne(o, to) }) // ends with report
	}
}

// report ends all and tells how it went. It waits for each call.
func (c *callers) report() {
	close(c.stop)
	c.wg.Wait()
	c.m.tell(event{
		Kind: "report", Begun: c.begun.Load(), Ended: c.ended.Load(), Failed: c.failed.Load(),
		Longest: time.Duration(c.longest.Load()),
	})
}

// atRate begins a call at each tick, however long the others take.
func (c *callers) atRate(o order) {
	tick := time.NewTicker(time.Second / time.Duration(o.Rate))
	defer tick.Stop()
	for i := 1; ; i++ {
		select {
		case <-tick.C:
			c.wg.Go(func() { c.process(func(ctx context.Context) { c.call(ctx, o, o.To[i%len(o.To)], i) }) })
		case <-c.stop:
			return
		}
	}
}

// oneByOne makes one call after the other, from one process: what it sends has an order.
func (c *callers) oneByOne(o order, to string) {
	tick := time.NewTicker(beat)
	defer tick.Stop()
	c.process(func(ctx context.Context) {
		for i := 1; ; i++ {
			select {
			case <-tick.C:
				c.call(ctx, o, to, i)
			case <-c.stop:
				return
			}
		}
	})
}

func (c *callers) process(f func(context.Context)) {
	_ = c.m.c.Runtime().Run(context.Background(), func(ctx *runtime.Context) error {
		f(ctx)
		return nil
	})
}

// call makes one call and counts it.
func (c *callers) call(ctx context.Context, o order, to string, n int) {
	ctx, cancel := context.WithTimeout(ctx, o.Timeout)
	defer cancel()
	c.begun.Add(1)
	began := time.Now()
	err := c.do(ctx, o.What, to, n)
	took := int64(time.Since(began))
	for longest := c.longest.Load(); took > longest && !c.longest.CompareAndSwap(longest, took); {
		longest = c.longest.Load()
	}
	c.ended.Add(1)
	if err != nil && c.failed.Add(1) <= maxTold {
		c.m.tell(event{Kind: "failed", Key: o.What + " " + to, Err: err.Error(), Last: time.Duration(took)})
	}
}

func (c *callers) do(ctx context.Context, what, to string, n int) (err error) {
	got := n
	switch what {
	case "entity":
		p, _ := runtime.CurrentPID(ctx)
		got, err = entity.CallAs[int](ctx, c.m.ledgers, to, number{p.String(), n})
	case "name":
		got, err = cluster.CallAs[int](ctx, c.m.c.Name(to), n)
	case "group":
		return c.callGroup(ctx, n)
	}
	if err == nil && got != n {
		err = fmt.Errorf("%d was answered with %d", n, got)
	}
	return err
}

// callGroup calls all members of the group.
func (c *callers) callGroup(ctx context.Context, n int) error {
	members := c.m.scope.Members("tills")
	if nodes := len(c.m.c.Members()); len(members) != nodes {
		return fmt.Errorf("group has %d members on %d nodes", len(members), nodes)
	}
	for _, p := range members {
		if _, err := genserver.CallAs[int](ctx, p, n); err != nil {
			return fmt.Errorf("%v: %w", p, err)
		}
	}
	return nil
}
