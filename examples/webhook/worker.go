package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
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
	maxQueue      = 200                // deliveries that wait for one destination
	pace          = time.Millisecond   // between two deliveries to one destination
	sendTimeout   = 2 * time.Second    // of one attempt
	drainTime     = 15 * time.Second   // in which a worker that is told to stop delivers the rest
	maxRetryAfter = time.Minute        // that a receiver may ask for
	idleTime      = time.Minute        // after which a worker with nothing to do ends
	deliveryID    = "Webhook-Delivery" // the header by which a receiver knows a repetition
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

// worker is what the machine of one destination knows. The first of its queue is the one
// that is being sent.
type worker struct {
	url      string
	outbox   *outbox
	queue    *queue // of the outbox
	count    *counters
	failures int           // of the first, in a row
	wait     time.Duration // before the next attempt
	attempt  *task.Task[struct{}]
}

type workerContext = statem.Context[phase, worker]

// startWorker starts the worker of a destination, found by its URL. One that comes after
// a crash goes on with what is queued.
func startWorker(ctx context.Context, s *service, url string) (pid.PID, error) {
	on := statem.Handle(statem.OnCall(accept), statem.OnInfo(sent), statem.OnTimeout(statem.StateTimer, due))
	atRest := statem.Handle(statem.OnCall(accept), statem.OnTimeout(statem.StateTimer, leave))
	machine := statem.Machine[phase, worker]{
		Data: worker{url: url, outbox: s.outbox, count: &s.count},
		Init: begin,
		States: map[phase]statem.State[phase, worker]{
			idle: {On: atRest, Enter: rest}, sending: {On: on, Enter: send}, waiting: {On: on, Enter: wait},
		},
		Terminate: drain,
	}
	return statem.StartLink(ctx, machine, genserver.Options{
		Via:       runtime.Via{Service: s.workers, Name: url},
		Label:     url,
		TrapExit:  true,
		ExitGrace: drainTime,
		Mailbox:   runtime.MailboxOptions{Capacity: maxQueue, Policy: mailbox.Reject},
	})
}

// begin takes the queue over. It is called when the worker has its name, so the one before it has
// ended, and has left or forgotten the queue.
func begin(c *workerContext) (phase, error) {
	c.Data.queue = c.Data.outbox.of(c.Data.url)
	if c.Data.queue.len() > 0 {
		return waiting, nil
	}
	return idle, nil
}

func accept(c *workerContext, to genserver.ReplyTo[int], q enqueue) (phase, error) {
	n, added := c.Data.queue.add(q)
	if !added {
		c.ReplyError(to.From, errBusy)
		return c.State(), nil
	}
	statem.Reply(c, to, n)
	if c.State() == idle {
		return sending, nil
	}
	return c.State(), nil
}

// send starts the attempt to send the first. It is a task, so that the worker can accept
// more meanwhile.
func send(c *workerContext, _ phase) error {
	url := c.Data.url
	first, _ := c.Data.queue.first() // there is one: what is queued is taken out by sent alone
	attempt, _, err := task.AsyncMessage(c, func(ctx *runtime.Context) (struct{}, error) {
		return struct{}{}, post(ctx, url, first)
	})
	c.Data.attempt = attempt
	return err
}

func sent(c *workerContext, r task.Result[struct{}]) (phase, error) {
	c.Data.attempt = nil
	c.Data.note(r.Err)
	if c.Data.queue.len() == 0 {
		return idle, nil
	}
	return waiting, nil
}

// note notes what came of an attempt.
func (w *worker) note(err error) {
	if err == nil {
		w.queue.done()
		w.count.delivered.Add(1)
		w.failures, w.wait = 0, pace
		return
	}
	w.count.failed.Add(1)
	w.failures++
	w.wait = retries.Delay(w.failures)
	if r := (*refusedError)(nil); errors.As(err, &r) {
		w.wait = max(w.wait, r.after)
	}
}

func wait(c *workerContext, _ phase) error {
	c.SetTimeout(statem.StateTimer, c.Data.wait, nil)
	return nil
}

// rest ends a worker in time that has nothing to do: the number of workers is bounded, and that
// of destinations is not.
func rest(c *workerContext, _ phase) error {
	c.SetTimeout(statem.StateTimer, idleTime, nil)
	return nil
}

func leave(c *workerContext, _ any) (phase, error) {
	c.Stop(signal.Normal)
	return idle, nil
}

func due(*workerContext, any) (phase, error) { return sending, nil }

// drain delivers what was accepted before the worker ends. A worker that has crashed leaves
// that to the one that comes after it.
func drain(c *workerContext, reason signal.ExitReason) {
	w := &c.Data
	if reason.IsFailure() {
		return
	}
	if w.attempt != nil {
		_, err := w.attempt.Await(c)
		w.note(err)
	}
	ctx, cancel := context.WithTimeout(c, drainTime)
	defer cancel()
	for first, more := w.queue.first(); more && ctx.Err() == nil; first, more = w.queue.first() {
		pauseFor(ctx, w.wait)
		w.note(post(ctx, w.url, first))
	}
	w.outbox.forget(w.url)
	if n := w.queue.len(); n > 0 {
		slog.Error("not delivered before the stop", "to", w.url, "deliveries", n)
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

// client follows no redirect: the request would become one without a body, whose answer says
// nothing of the delivery.
var client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// post makes one attempt.
func post(ctx context.Context, url string, q enqueue) error {
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(q.Body))
	if err != nil {
		return err
	}
	req.Header.Set(deliveryID, q.ID)
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	if err := resp.Body.Close(); err != nil {
		return err
	}
	if resp.StatusCode >= 300 {
		return &refusedError{url, resp.Status, retryAfter(resp)}
	}
	return nil
}

// refusedError is the answer of a receiver that has not taken a delivery.
type refusedError struct {
	url, status string
	after       time.Duration // for how long not to ask again
}

func (e *refusedError) Error() string { return fmt.Sprintf("%s says %s", e.url, e.status) }

// retryAfter returns for how long a receiver asks to be left alone.
func retryAfter(r *http.Response) time.Duration {
	if r.StatusCode != http.StatusTooManyRequests && r.StatusCode != http.StatusServiceUnavailable {
		return 0
	}
	seconds, err := strconv.Atoi(r.Header.Get("Retry-After"))
	if err != nil {
		return 0 // there is none, or it is a date
	}
	return min(time.Duration(max(seconds, 0))*time.Second, maxRetryAfter)
}
