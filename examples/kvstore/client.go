package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/starlang-go/starlang/runtime"
)

const (
	clientBuckets = 4
	// clientKeys are so many that none is written again while a request is under way:
	// one that was made twice may arrive late, and would undo what came after it.
	clientKeys = 10_000
	// backWithin is how long the service may be away after a kill, with much room
	// for slow machines: mostly it is back after a millisecond.
	backWithin = 30 * time.Second
	pause      = time.Millisecond // before a request is made again
)

// client writes to the store and remembers what was acknowledged, and by whom.
type client struct {
	url   string
	http  *http.Client
	known [clientBuckets]memory
	kills atomic.Int64
	away  atomic.Bool // for longer than backWithin after a kill

	writes      atomic.Int64
	reads, lost int
	outage      time.Duration // the longest
}

// memory is what a bucket's process must know.
type memory struct {
	incarnation string
	values      map[string]string
}

func newClient(url string) *client {
	return &client{url: url, http: &http.Client{Timeout: requestTimeout}}
}

// run uses the store until ctx ends, and then does not complain.
func (c *client) run(ctx context.Context) error {
	defer c.http.CloseIdleConnections()
	for n := 0; ctx.Err() == nil; n++ {
		key := n % clientKeys
		c.write(ctx, key%clientBuckets, strconv.Itoa(key), strconv.Itoa(n))
		key = rand.IntN(min(n+1, clientKeys))
		c.read(ctx, key%clientBuckets, strconv.Itoa(key))
	}
	return nil
}

// awaitService waits until the client has made another write from beginning to end. It
// is called after a kill, and notes if that takes too long.
func (c *client) awaitService(ctx *runtime.Context) error {
	began, before := time.Now(), c.writes.Load()
	for c.writes.Load() < before+2 { // the first of them may have begun earlier
		if time.Since(began) > backWithin {
			c.away.Store(true)
			return nil
		}
		if _, err := ctx.RecvTimeout(pause); err != runtime.ErrTimeout {
			return err
		}
	}
	return nil
}

// write writes until the write is acknowledged: only then it is known what the value is.
func (c *client) write(ctx context.Context, bucket int, key, value string) {
	who, _, err := c.insist(ctx, http.MethodPut, bucket, key, value)
	if err != nil {
		return
	}
	c.writes.Add(1)
	c.remembered(bucket, who).values[key] = value
}

// read checks that what was acknowledged is there.
func (c *client) read(ctx context.Context, bucket int, key string) {
	who, got, err := c.insist(ctx, http.MethodGet, bucket, key, "")
	if err != nil {
		return
	}
	c.reads++
	if want := c.remembered(bucket, who).values[key]; got != want {
		c.lost++
	}
}

// remembered returns what the process that has answered for a bucket must know: nothing
// if it is a new one.
func (c *client) remembered(bucket int, who string) *memory {
	m := &c.known[bucket]
	if m.incarnation != who {
		*m = memory{who, make(map[string]string)}
	}
	return m
}

// insist makes a request until it is answered, and measures how long that takes.
func (c *client) insist(ctx context.Context, method string, bucket int, key, body string) (who, answer string, err error) {
	began := time.Now()
	for {
		who, answer, err = c.request(ctx, method, bucket, key, body)
		switch {
		case ctx.Err() != nil:
			return "", "", ctx.Err()
		case err == nil:
			c.outage = max(c.outage, time.Since(began))
			return who, answer, nil
		}
		<-time.After(pause)
	}
}

var errUnavailable = errors.New("service is unavailable")

func (c *client) request(ctx context.Context, method string, bucket int, key, body string) (who, answer string, err error) {
	url := fmt.Sprintf("%s/buckets/%d/%s", c.url, bucket, key)
	req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return "", "", err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return "", "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return "", "", err
	}
	who = resp.Header.Get(incarnation)
	if who == "" || resp.StatusCode >= http.StatusInternalServerError {
		return "", "", errUnavailable
	}
	return who, string(text), nil
}

// report says what it has come to: the verdict on stdout, the numbers, which are never
// the same, on stderr.
func (c *client) report(stdout, stderr io.Writer) error {
	fmt.Fprintf(stderr, "%d kills, %d writes, %d reads, longest outage %s\n",
		c.kills.Load(), c.writes.Load(), c.reads, c.outage.Round(time.Microsecond))
	fmt.Fprintf(stdout, "processes were killed: %t\n", c.kills.Load() > 0)
	fmt.Fprintf(stdout, "writes were acknowledged: %t\n", c.writes.Load() > 0)
	fmt.Fprintf(stdout, "acknowledged writes that a surviving bucket has lost: %d\n", c.lost)
	fmt.Fprintf(stdout, "the service was back after every kill: %t\n", !c.away.Load())
	if c.lost > 0 || c.away.Load() {
		return errors.New("the service has not kept its promises")
	}
	return nil
}
