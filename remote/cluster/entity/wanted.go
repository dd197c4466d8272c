package entity

import (
	"context"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
)

// wantedPause is after what time an entity that always runs is started anew when it has ended,
// and Kind.Wanted is asked again that has failed.
const wantedPause = time.Second

// listWanted has a process of its own ask which entities always run: the answer may come from
// a database, and the shard does not wait for it.
func (s *shard) listWanted(ctx *genserver.Context) {
	ask := s.e.kind.Wanted
	if ask == nil || s.phase != serving || !s.lister.IsZero() {
		return
	}
	own, shard, number := ctx.Context, ctx.PID(), s.number
	_, ref, err := ctx.SpawnOpt(runtime.SpawnOptions{Monitor: true, Label: "wanted entities"}, func(ctx *runtime.Context) error {
		stop := context.AfterFunc(own, func() { _ = ctx.Runtime().Exit(ctx.PID(), signal.Kill) })
		defer stop()
		for id := range ask(ctx, number) {
			if err := ctx.Send(shard, wanted{id}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.later(ctx, wantedPause, list{})
		return
	}
	s.lister = ref
}

// listed takes note that all were named, or that it has failed.
func (s *shard) listed(ctx *genserver.Context, reason signal.ExitReason) {
	s.lister = pid.Ref{}
	if reason.IsFailure() {
		s.later(ctx, wantedPause, list{})
	}
}

// want starts an entity that always runs, if it does not.
func (s *shard) want(ctx *genserver.Context, id string) {
	if s.phase != serving {
		return
	}
	s.wanted[id] = true
	a, err := s.activate(ctx, id)
	if err != nil {
		s.later(ctx, wantedPause, wanted{id})
		return
	}
	s.watch(ctx, id, a)
}
