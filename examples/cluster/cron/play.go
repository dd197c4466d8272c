package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/starlang-go/starlang/examples/cluster/internal/stage"
)

// play is what two people in two terminals would see.
func play(ctx context.Context, out, errs io.Writer) (err error) {
	address, err := stage.FreeAddress()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	args := []string{"-etcd", address, "-every", "100ms"}
	first, err := stage.Start(ctx, "first", args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, first.Kill()) }()
	before, err := fenceOf(ctx, first)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "The first node does the job.")
	second, err := stage.Start(ctx, "second", args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, second.Kill()) }()
	if _, err := second.Next(ctx, func(line string) bool { return strings.Contains(line, "is a member") }); err != nil {
		return err
	}
	fmt.Fprintln(out, "The second is a member and waits.")
	if err := first.Kill(); err != nil {
		return err
	}
	killed := time.Now()
	fmt.Fprintln(out, "The first is killed, as by kill -9.")
	after, err := fenceOf(ctx, second)
	if err != nil {
		return err
	}
	if after <= before {
		return fmt.Errorf("the fence was %d and is %d", before, after)
	}
	fmt.Fprintln(out, "The second does the job, with a larger fence.")
	fmt.Fprintf(errs, "That took %v.\n", time.Since(killed).Round(100*time.Millisecond))
	return nil
}

// fenceOf waits until a node does the job, and returns the fence.
func fenceOf(ctx context.Context, a *stage.Actor) (fence uint64, err error) {
	line, err := a.Next(ctx, func(line string) bool { return strings.Contains(line, "does the job") })
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(line, "with fence ")
	_, err = fmt.Sscan(rest, &fence)
	return fence, err
}
