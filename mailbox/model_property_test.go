package mailbox_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/starlang-go/starlang/mailbox"
)

// TestMailbox_BehavesLikeALockedSlice does the same to a mailbox and to the model,
// with senders and a receiver that wait on the way, and compares all that can be
// seen.
func TestMailbox_BehavesLikeALockedSlice(t *testing.T) {
	for _, cfg := range []mailbox.Config[mail]{
		{},
		{Policy: mailbox.Block, Capacity: 1},
		{Policy: mailbox.Block, Capacity: 3},
		{Policy: mailbox.Reject, Capacity: 3},
		{Policy: mailbox.DropNewest, Capacity: 3},
		{Policy: mailbox.DropOldest, Capacity: 1},
		{Policy: mailbox.DropOldest, Capacity: 20},
	} {
		t.Run(fmt.Sprintf("%s/%d", cfg.Policy, cfg.Capacity), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				// Hides that t is a testing.T, of which rapid would ask the
				// deadline, which a bubble does not have.
				rapid.Check(struct{ rapid.TB }{t}, func(rt *rapid.T) { compare(rt, cfg) })
			})
		})
	}
}

// pair is a mailbox and its model, with what is under way in both.
type pair struct {
	rt       *rapid.T
	box      *mailbox.Mailbox[mail]
	model    model
	lastID   int
	dropped  []mail
	notified int

	sends   []*pairSend
	receive *pairReceive
}

type pairSend struct {
	model  *modelSend
	cancel context.CancelCauseFunc
	stop   *atomic.Uint32
	result chan error
}

type pairReceive struct {
	model  *modelReceive
	cancel context.CancelCauseFunc // nil: it has no context
	limit  time.Duration           // 0: none
	due    time.Time               // when limit is over
	result chan received
}

type received struct {
	mail mail
	err  error
}

func compare(rt *rapid.T, cfg mailbox.Config[mail]) {
	p := &pair{rt: rt, model: model{capacity: cfg.Capacity, policy: cfg.Policy}}
	cfg.Exempt = isExempt
	cfg.OnDrop = func(v mail) { p.dropped = append(p.dropped, v) }
	p.box = mailbox.New(cfg)
	defer p.end()
	rt.Repeat(map[string]func(*rapid.T){
		"":        p.check,
		"send":    p.send,
		"flood":   p.flood,
		"sendAll": p.sendAll,
		"giveUp":  p.giveUpSend,
		"stop":    p.stopSend,
		"receive": p.startReceive,
		"drain":   p.drain,
		"cancel":  p.cancelReceive,
		"second":  p.secondReceive,
		"time":    p.letTimePass,
		"notify":  p.notify,
		"reserve": func(*rapid.T) { p.box.Reserve() }, // changes nothing that can be seen
		"close":   p.close,
	})
}

// end lets nobody wait any longer.
func (p *pair) end() {
	p.box.Close()
	synctest.Wait()
}

// check lets all come to rest and compares what can be seen then.
func (p *pair) check(*rapid.T) {
	synctest.Wait()
	p.sends = keep(p.sends, p.checkSend)
	if p.receive != nil && p.checkReceive() {
		p.receive = nil
	}
	require.Equal(p.rt, p.model.dropped, p.dropped)
	require.Equal(p.rt, p.model.notified, p.notified)
	require.Equal(p.rt, len(p.model.queue), p.box.Len())
	require.Equal(p.rt, p.model.taken, p.box.Taken())
	require.Equal(p.rt, p.model.closed, p.box.IsClosed())
	require.NoError(p.rt, p.box.Check())
}

// keep returns those of s for which done is false.
func keep(s []*pairSend, done func(*pairSend) bool) (rest []*pairSend) {
	for _, one := range s {
		if !done(one) {
			rest = append(rest, one)
		}
	}
	return rest
}

func (p *pair) checkSend(s *pairSend) (done bool) {
	select {
	case err := <-s.result:
		require.True(p.rt, s.model.done, "send of %v returned %v and should wait", s.model.mail, err)
		require.Equal(p.rt, s.model.err, err, "send of %v", s.model.mail)
	default:
		require.False(p.rt, s.model.done, "send of %v waits and should return %v", s.model.mail, s.model.err)
	}
	return s.model.done
}

func (p *pair) checkReceive() (done bool) {
	r := p.receive
	select {
	case got := <-r.result:
		require.True(p.rt, r.model.done, "receive returned %v and should wait", got)
		require.Equal(p.rt, received{r.model.mail, r.model.err}, got)
	default:
		require.False(p.rt, r.model.done, "receive waits and should return %v, %v", r.model.mail, r.model.err)
	}
	return r.model.done
}

func (p *pair) newMail(rt *rapid.T) mail {
	p.lastID++
	return mail{p.lastID, rapid.IntRange(0, 4).Draw(rt, "kind")}
}

func (p *pair) send(rt *rapid.T) {
	s := &pairSend{model: &modelSend{mail: p.newMail(rt)}, stop: new(atomic.Uint32), result: make(chan error, 1)}
	var ctx context.Context
	ctx, s.cancel = context.WithCancelCause(context.Background())
	switch rapid.SampledFrom([]string{"live", "live", "try", "ended", "stopped"}).Draw(rt, "sender") {
	case "try":
		ctx, s.model.errWait = nil, mailbox.ErrMailboxFull
	case "ended":
		s.cancel(errGaveUp)
		s.model.errWait = errGaveUp
	case "stopped":
		s.stop.Store(1)
		s.model.stopped = true
	}
	p.model.send(s.model)
	go func() { s.result <- p.box.SendUnless(ctx, s.stop, s.model.mail) }()
	p.sends = append(p.sends, s)
}

// flood sends as much as several chunks hold.
func (p *pair) flood(rt *rapid.T) {
	for range rapid.IntRange(1, 60).Draw(rt, "n") {
		s := &modelSend{mail: p.newMail(rt), errWait: mailbox.ErrMailboxFull}
		p.model.send(s)
		require.Equal(rt, s.err, p.box.TrySend(s.mail))
		synctest.Wait() // a receiver that waits has it before the next
	}
}

// sendAll sends many at once. A receiver that waits on a bounded mailbox may make room
// between two of them, or after the last.
func (p *pair) sendAll(rt *rapid.T) {
	limit := 600
	if p.receive != nil && p.model.capacity > 0 {
		limit = 1
	}
	mails := make([]mail, rapid.IntRange(0, limit).Draw(rt, "n"))
	for i := range mails {
		mails[i] = p.newMail(rt)
	}
	want, wantErr := 0, error(nil)
	for ; want < len(mails) && wantErr == nil; want++ {
		s := &modelSend{mail: mails[want], errWait: mailbox.ErrMailboxFull}
		p.model.send(s)
		wantErr = s.err
	}
	if wantErr != nil {
		want--
	}
	queued, err := p.box.SendAll(mails)
	require.Equal(rt, want, queued)
	require.Equal(rt, wantErr, err)
}

func (p *pair) waitingSend(rt *rapid.T) *pairSend {
	if len(p.sends) == 0 {
		rt.Skip("no sender waits")
	}
	return rapid.SampledFrom(p.sends).Draw(rt, "sender")
}

func (p *pair) giveUpSend(rt *rapid.T) {
	s := p.waitingSend(rt)
	p.model.giveUp(s.model, errGaveUp)
	s.cancel(errGaveUp)
}

func (p *pair) stopSend(rt *rapid.T) {
	s := p.waitingSend(rt)
	s.model.stopped = true
	s.stop.Store(1)
}

// startReceive receives in order or selectively, with each way to wait.
func (p *pair) startReceive(rt *rapid.T) {
	if p.receive != nil {
		rt.Skip("a receiver waits")
	}
	r := &pairReceive{model: &modelReceive{}, result: make(chan received, 1)}
	recv := p.drawReceive(rt, r)
	p.model.receive(r.model)
	r.due = time.Now().Add(r.limit)
	go func() {
		v, err := recv()
		r.result <- received{v, err}
	}()
	p.receive = r
}

func (p *pair) drawReceive(rt *rapid.T, r *pairReceive) func() (mail, error) {
	kind := rapid.IntRange(-1, 4).Draw(rt, "wanted kind") // -1: any, in order
	match := func(m mail) bool { return kind < 0 || m.kind == kind }
	r.model.wants = match
	switch rapid.SampledFrom([]string{"patient", "timeout", "context", "try", "zero"}).Draw(rt, "waitLimit") {
	case "try":
		r.model.errWait = mailbox.ErrEmpty
		if kind < 0 {
			return p.box.TryRecv
		}
		return func() (mail, error) { return p.box.TryRecvMatch(match) }
	case "zero":
		r.model.errWait = mailbox.ErrEmpty
		if kind < 0 {
			return func() (mail, error) { return p.box.RecvTimeout(0) }
		}
		return func() (mail, error) { return p.box.RecvMatchTimeout(match, 0) }
	case "timeout":
		r.limit = time.Duration(rapid.IntRange(1, 3).Draw(rt, "limit")) * time.Millisecond
		if kind < 0 {
			return func() (mail, error) { return p.box.RecvTimeout(r.limit) }
		}
		return func() (mail, error) { return p.box.RecvMatchTimeout(match, r.limit) }
	case "context":
		ctx, cancel := context.WithCancelCause(context.Background())
		r.cancel = cancel
		if kind < 0 {
			return func() (mail, error) { return p.box.RecvContext(ctx) }
		}
		return func() (mail, error) { return p.box.RecvMatchContext(ctx, match) }
	}
	if kind < 0 {
		return p.box.Recv
	}
	return func() (mail, error) { return p.box.RecvMatch(match) }
}

// drain receives many.
func (p *pair) drain(rt *rapid.T) {
	if p.receive != nil {
		rt.Skip("a receiver waits")
	}
	for range rapid.IntRange(1, 60).Draw(rt, "n") {
		r := &pairReceive{model: &modelReceive{errWait: mailbox.ErrEmpty, wants: func(mail) bool { return true }}}
		p.model.receive(r.model)
		v, err := p.box.TryRecv()
		require.Equal(rt, received{r.model.mail, r.model.err}, received{v, err})
	}
}

func (p *pair) cancelReceive(rt *rapid.T) {
	if p.receive == nil || p.receive.cancel == nil {
		rt.Skip("no receiver has a context")
	}
	p.model.endReceive(p.receive.model, errGaveUp)
	p.receive.cancel(errGaveUp)
}

func (p *pair) secondReceive(rt *rapid.T) {
	if p.receive == nil {
		rt.Skip("no receiver waits")
	}
	_, err := p.box.Recv()
	require.Equal(rt, mailbox.ErrConcurrentReceive, err)
}

func (p *pair) letTimePass(*rapid.T) {
	<-time.After(time.Millisecond)
	if r := p.receive; r != nil && r.limit > 0 && !time.Now().Before(r.due) {
		p.model.endReceive(r.model, mailbox.ErrTimeout)
	}
}

func (p *pair) notify(rt *rapid.T) {
	if p.receive != nil {
		rt.Skip("a receiver waits")
	}
	require.Equal(rt, p.model.askNotify(), p.box.Notify(func() { p.notified++ }))
}

func (p *pair) close(rt *rapid.T) {
	if rapid.IntRange(0, 9).Draw(rt, "1 in 10") > 0 {
		rt.Skip("stays open, for there is more to see then")
	}
	p.model.close()
	p.box.Close()
}
