package main

import (
	"errors"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

func monitor(ctx *runtime.Context, p printer) error {
	_, ref, err := ctx.SpawnMonitor(func(*runtime.Context) error { return errors.New("disk is full") })
	if err != nil {
		return err
	}
	down, err := runtime.Receive[signal.Down](ctx)
	if err != nil {
		return err
	}
	p.say("down, of the very monitor: %t, reason %q", down.Ref == ref, down.Reason)

	again := ctx.Monitor(down.PID)
	down, err = runtime.ReceiveMatch(ctx, func(d signal.Down) bool { return d.Ref == again })
	if err != nil {
		return err
	}
	p.say("a monitor of one that is gone: reason %q", down.Reason)
	return nil
}

func link(ctx *runtime.Context, p printer) error {
	_, ref, err := ctx.SpawnMonitor(func(ctx *runtime.Context) error {
		_, err := ctx.SpawnLink(func(*runtime.Context) error { return errors.New("lost the database") })
		if err != nil {
			return err
		}
		_, err = ctx.Recv() // waits for mail that never comes; the link ends it
		return err
	})
	if err != nil {
		return err
	}
	down, err := runtime.ReceiveMatch(ctx, func(d signal.Down) bool { return d.Ref == ref })
	if err != nil {
		return err
	}
	p.say("the child failed, and its parent ended with it: %q", down.Reason)
	return nil
}

func trap(ctx *runtime.Context, p printer) error {
	ctx.SetTrapExit(true)
	child, err := ctx.SpawnLink(func(*runtime.Context) error { return errors.New("lost the database") })
	if err != nil {
		return err
	}
	exit, err := runtime.Receive[signal.Exit](ctx)
	if err != nil {
		return err
	}
	p.say("exit from the child: %t, reason %q; still alive", exit.From == child, exit.Reason)
	err = ctx.Link(child)
	p.say("linking with one that is gone is an error: %t", errors.Is(err, runtime.ErrNoProc))
	return nil
}

func kill(ctx *runtime.Context, p printer) error {
	victim, ref, err := ctx.SpawnMonitor(func(ctx *runtime.Context) error {
		ctx.SetTrapExit(true)
		if err := ctx.Register("victim"); err != nil {
			return err
		}
		for {
			if _, err := ctx.Recv(); err != nil {
				return err
			}
		}
	})
	if err != nil {
		return err
	}
	if err := ctx.Exit(victim, signal.Kill); err != nil {
		return err
	}
	down, err := runtime.ReceiveMatch(ctx, func(d signal.Down) bool { return d.Ref == ref })
	if err != nil {
		return err
	}
	_, found := ctx.Whereis("victim")
	p.say("reason %q; alive: %t; its name is still taken: %t", down.Reason, ctx.IsAlive(victim), found)
	return nil
}

func panics(ctx *runtime.Context, p printer) error {
	_, _, err := ctx.SpawnMonitor(func(*runtime.Context) error {
		panic("out of coffee")
	})
	if err != nil {
		return err
	}
	down, err := runtime.Receive[signal.Down](ctx)
	if err != nil {
		return err
	}
	p.say("down, reason %q", down.Reason)
	return nil
}
