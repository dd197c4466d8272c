package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/starlang-go/starlang/examples/cluster/internal/stage"
)

// retryTime is between two tries of a request that was refused.
const retryTime = 100 * time.Millisecond

// shop is a play: two nodes and who asks them.
type shop struct {
	args  []string
	nodes map[string]*node
}

// node is a program and where it answers.
type node struct {
	*stage.Actor
	url string
}

// play is what two people in two terminals would see.
func play(ctx context.Context, out, errs io.Writer) (err error) {
	dir, err := os.MkdirTemp("", "starlang-carts")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	address, err := stage.FreeAddress()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s := &shop{
		args:  []string{"-etcd", address, "-db", filepath.Join(dir, "carts.db")},
		nodes: make(map[string]*node),
	}
	defer func() { err = errors.Join(err, s.close()) }()
	return s.perform(ctx, out, errs)
}

func (s *shop) perform(ctx context.Context, out, errs io.Writer) error {
	for _, name := range []string{"first", "second"} {
		if err := s.enter(ctx, name); err != nil {
			return err
		}
	}
	before, err := s.ask(ctx, "first", "tea")
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "Ada's cart has", before.items)
	other, err := s.ask(ctx, "second", "")
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "The other node says the same:", other.items)
	owner, left := other.owner, "first"
	if owner == "first" {
		left = "second"
	}
	if err := s.nodes[owner].Kill(); err != nil {
		return err
	}
	killed := time.Now()
	fmt.Fprintln(out, "The node that looks after it is killed, as by kill -9.")
	after, err := s.ask(ctx, left, "rice")
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "The node that is left looks after it:", after.items)
	if after.fence <= before.fence {
		return fmt.Errorf("the fence was %d and is %d", before.fence, after.fence)
	}
	fmt.Fprintln(out, "Its fence is larger, so that nothing of the other comes after this.")
	fmt.Fprintf(errs, "That took %v.\n", time.Since(killed).Round(100*time.Millisecond))
	return nil
}

// enter starts a node.
func (s *shop) enter(ctx context.Context, name string) error {
	a, err := stage.Start(ctx, name, s.args...)
	if err != nil {
		return err
	}
	s.nodes[name] = &node{Actor: a}
	line, err := a.Next(ctx, func(line string) bool { return strings.Contains(line, "is a member") })
	if err != nil {
		return err
	}
	_, rest, _ := strings.Cut(line, "at ")
	s.nodes[name].url, _, _ = strings.Cut(rest, "ID.")
	return nil
}

func (s *shop) close() error {
	var errs []error
	for _, n := range s.nodes {
		errs = append(errs, n.Kill())
	}
	http.DefaultClient.CloseIdleConnections()
	return errors.Join(errs...)
}

// answer is what a node says of a cart.
type answer struct {
	items, owner string
	fence        uint64
}

// ask puts an item, if there is one, into ada's cart by way of a node, and returns what the
// cart has then. After a request that was refused it looks first: to put the item in twice
// would be a mistake.
func (s *shop) ask(ctx context.Context, name, item string) (answer, error) {
	for {
		a, err := s.request(ctx, name, item)
		if err == nil {
			return a, nil
		}
		for err != nil {
			select {
			case <-time.After(retryTime):
			case <-ctx.Done():
				return answer{}, context.Cause(ctx)
			}
			a, err = s.request(ctx, name, "")
		}
		if item == "" || strings.HasSuffix(a.items, item) {
			return a, nil
		}
	}
}

func (s *shop) request(ctx context.Context, name, item string) (answer, error) {
	method := http.MethodGet
	if item != "" {
		method = http.MethodPost
	}
	req, err := http.NewRequestWithContext(ctx, method, s.nodes[name].url+"ada", strings.NewReader(item))
	if err != nil {
		return answer{}, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	switch {
	case err != nil:
		return answer{}, err
	case resp.StatusCode != http.StatusOK:
		return answer{}, fmt.Errorf("%s: %s", resp.Status, text)
	}
	var a answer
	a.items, _, _ = strings.Cut(string(text), ", at ")
	_, err = fmt.Sscanf(strings.TrimPrefix(string(text), a.items), ", at %s with fence %d", &a.owner, &a.fence)
	return a, err
}
