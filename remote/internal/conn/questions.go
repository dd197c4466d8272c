package conn

import (
	"github.com/starlang-go/starlang/pid/signal/frame"
	"github.com/starlang-go/starlang/remote/internal/wire"
)

// maxQuestions is how many of a peer's questions may be open. One more is answered by a
// failure.
const maxQuestions = 64

// RespondLater answers a request with what answer returns.
func (c *Conn) RespondLater(req uint64, answer func() []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.state != connUp:
		return
	case c.questions.open == maxQuestions:
		c.queueLocked(wire.AppendFailure(nil, req, wire.FailureBusy, ""))
		return
	}
	c.questions.queue = append(c.questions.queue, question{req, answer})
	if c.questions.open++; c.questions.open == 1 {
		c.Tasks.Go(c.answerQuestions) // ends when none is open, or the connection has; Close waits for it
	}
}

func (c *Conn) answerQuestions() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.questions.open > 0 {
		q := c.questions.queue[0]
		c.questions.queue = c.questions.queue[1:]
		c.mu.Unlock()
		answer := frame.End(append(wire.AppendAnswer(nil, q.req), q.answer()...), 0)
		c.mu.Lock()
		if err := c.awaitRoomLocked(c.Ctx, laterFragment); err != nil {
			c.questions = questions{}
			return
		}
		c.queueLocked(answer)
		c.questions.open--
	}
}
