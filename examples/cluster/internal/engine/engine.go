// Package engine gives the programs of this module etcd without a set-up: the first
// that finds none starts one as a program of its own, which outlives it and ends when
// nobody has used it for a while. It is for trying things out; in production etcd is
// three servers that somebody looks after.
package engine

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"

	"github.com/starlang-go/starlang/examples/cluster/internal/stage"
	"github.com/starlang-go/starlang/remote/etcd"
	"github.com/starlang-go/starlang/remote/etcd/embedded"
)

// DefaultAddress is where the programs of this machine look for etcd.
const DefaultAddress = "127.0.0.1:23790"

const (
	// idleTime is how long the server that was started here stays without a session.
	idleTime = 15 * time.Second
	// startTime bounds the wait for it.
	startTime = 30 * time.Second
	// lookInterval is how often the server looks whether somebody has a session, and
	// who waits for it whether it answers.
	lookInterval = 250 * time.Millisecond
)

// verb is the first argument of a program that is to be the server.
const verb = "serve-etcd"

// Open returns etcd at an address, host:port. If nothing answers there it is started,
// which is possible on this machine only.
func Open(ctx context.Context, address string) (*etcd.Directory, error) {
	if !answers(address) {
		if err := start(address); err != nil {
			return nil, err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	d, err := etcd.New(etcd.Config{Endpoints: []string{"http://" + address}})
	if err != nil {
		return nil, err
	}
	for {
		try, cancel := context.WithTimeout(ctx, 2*time.Second)
		_, _, err := d.List(try, "/c/")
		cancel()
		if err == nil {
			return d, nil
		}
		select {
		case <-time.After(lookInterval):
		case <-ctx.Done():
			return nil, errors.Join(fmt.Errorf("no etcd at %s: %w", address, err), d.Close())
		}
	}
}

func answers(address string) bool {
	c, err := net.DialTimeout("tcp", address, time.Second)
	if err != nil {
		return false
	}
	_ = c.Close()
	return true
}

// start starts the server as a program of its own. If two are started at the same time
// one of them ends, because the address is taken.
func start(address string) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.Command(program, verb, address)
	cmd.Env = append(os.Environ(), stage.Variable+"=1")
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start etcd: %w", err)
	}
	return cmd.Process.Release() // it ends by itself
}

// Serve is the whole program if its arguments say that it is to be the server: asked is
// whether they do.
func Serve(args []string) (asked bool, err error) {
	if len(args) != 2 || args[0] != verb {
		return false, nil
	}
	// Ctrl-C and a terminal that is closed are meant for the program that needed it.
	signal.Ignore(os.Interrupt, syscall.SIGHUP)
	return true, serve(context.Background(), args[1], idleTime)
}

// serve serves until there was no session for a time.
func serve(ctx context.Context, address string, idle time.Duration) (err error) {
	dir, err := os.MkdirTemp("", "starlang-etcd")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	s, err := embedded.Start(ctx, embedded.Config{Dir: dir, Client: address})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	c, err := clientv3.New(clientv3.Config{Endpoints: []string{s.Endpoint()}, Logger: zap.NewNop()})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	return awaitIdle(ctx, c, idle)
}

func awaitIdle(ctx context.Context, c *clientv3.Client, idle time.Duration) error {
	for used := time.Now(); time.Since(used) < idle; {
		leases, err := c.Leases(ctx)
		if err != nil {
			return fmt.Errorf("etcd: %w", err)
		}
		if len(leases.Leases) > 0 {
			used = time.Now()
		}
		select {
		case <-time.After(lookInterval):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}
