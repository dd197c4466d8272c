package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/starlang-go/starlang/mailbox"
	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/backoff"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/statem"
	"github.com/starlang-go/starlang/runtime/task"
	"github.com/starlang-go/starlang/term"
)

const (
	maxQueue    = 200                // deliveries that wait for one destination
	pace        = time.Millisecond   // between two deliveries to one destination
	sendTimeout = 2 * time.Second    // of one attempt
	drainTime   = 20 * time.Second   // in which a worker that is told to stop delivers the rest
	deliveryID  = "Webhook-Delivery" // the header by which a receiver knows a repetition
)

var retries = backoff.Policy{Initial: 5 * time.Millisecond, Max: time.Second, Factor: 2, Jitter: 0.5}

// errBusy tells that too much waits for a destination.
var errBusy = errors.New("too many deliveries wait for this destination")

func init() {
	if err := term.RegisterError("webhook.busy", errBusy); err != nil {
		panic(err) // a second error of that name
	}
}

// enqueue is the request to deliver something; the reply is how many wait.
type enqueue struct {
	genserver.Returns[int]
	ID   string
	Body []byte
}

// phase is a state of a worker: nothing to do, a task is sending, or the next one is not
// due yet, because of the pace or a failure.
type phase string

const (
	idle    phase = "idle"
	sending phase = "sending"
	waiting phase = "waiting"
)

// worker is what the machine of one destination knows. The first of queue is the one that
// is being sent.
type worker struct {
	url      string
	queue    []enqueue
	failures int // of the first, in a row
	attempt  *task.Task[struct{}]
}

type workerContext = statem.Context[phase, worker]

// startWorker starts the worker of a destination, found by its URL.
func startWorker(ctx context.Context, workers runtime.NameService, url string) (pid.PID, error) {
	on := statem.Handle(statem.OnCall(accept), statem.OnInfo(sent), statem.OnTimeout(statem.StateTimer, due))
	state := statem.State[phase, worker]{On: on}
	machine := statem.Machine[phase, worker]{
		Initial:   idle,
		Data:      worker{url: url},
		States:    map[phase]statem.State[phase, worker]{idle: state, sending: {On: on, Enter: send}, waiting: {On: on, Enter: wait}},
		Terminate: drain,
	}
	return statem.StartLink(ctx, machine, genserver.Options{
		Via:       runtime.Via{Service: workers, Name: url},
		Label:     url,
		TrapExit:  true,
		ExitGrace: drainTime,
		Mailbox:   runtime.MailboxOptions{Capacity: maxQueue, Policy: mailbox.Reject},
	})
}

func accept(c *workerContext, to genserver.ReplyTo[int], q enqueue) (phase, error) {
	d := &c.Data
	if len(d.queue) >= maxQueue {
		c.ReplyError(to.From, errBusy)
		return c.State(), nil
	}
	d.queue = append(d.queue, q)
	statem.Reply(c, to, len(d.queue))
	if c.State() == idle {
		return sending, nil
	}
	return c.State(), nil
}

// send starts the attempt to send the first. It is a task, so that the worker can accept
// more meanwhile.
func send(c *workerContext, _ phase) error {
	url, first := c.Data.url, c.Data.queue[0]
	attempt, _, err := task.AsyncMessage(c, func(ctx *runtime.Context) (struct{}, error) {
		return struct{}{}, post(ctx, url, first)
	})
	c.Data.attempt = attempt
	return err
}

func sent(c *workerContext, r task.Result[struct{}]) (phase, error) {
	d := &c.Data
	d.attempt = nil
	if r.Err != nil {
		d.failures++
		return waiting, nil
	}
	d.queue, d.failures = d.queue[1:], 0
	if len(d.queue) == 0 {
		return idle, nil
	}
	return waiting, nil
}

func wait(c *workerContext, _ phase) error {
	c.SetTimeout(statem.StateTimer, pause(c.Data.failures), nil)
	return nil
}

func due(*workerContext, any) (phase, error) { return sending, nil }

func pause(failures int) time.Duration {
	if failures == 0 {
		return pace
	}
	return retries.Delay(failures)
}

// drain delivers what was accepted before the worker ends. The attempt that was under way
// is made again: a receiver may see it twice.
func drain(c *workerContext, _ signal.ExitReason) {
	d := &c.Data
	if d.attempt != nil {
		_, _ = d.attempt.Await(c)
	}
	ctx, cancel := context.WithTimeout(c, drainTime)
	defer cancel()
	for failures := 0; len(d.queue) > 0 && ctx.Err() == nil; {
		if err := post(ctx, d.url, d.queue[0]); err != nil {
			failures++
			pauseFor(ctx, pause(failures))
			continue
		}
		d.queue, failures = d.queue[1:], 0
	}
}

func pauseFor(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// post makes one attempt.
func post(ctx context.Context, url string, q enqueue) error {
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(q.Body))
	if err != nil {
		return err
	}
	req.Header.Set(deliveryID, q.ID)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	if err := resp.Body.Close(); err != nil {
		return err
	}
	if resp.StatusCode >= 300 {
		return fmt.Errorf("%s says %s", url, resp.Status)
	}
	return nil
}
