package remote_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal/frame"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/remote/internal/wire"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/term"
)

// answers lets v answer the next request with a value.
func (v *villain) answers(value []byte) {
	for {
		f := mustParse(v, v.body()).other
		if f.Kind == wire.NodeInfo || f.Kind == wire.ProcessInfo {
			v.send(frame.End(append(wire.AppendAnswer(nil, f.Ref), value...), 0))
			return
		}
	}
}

func TestInfo_AnswersOfAPeerAreChecked(t *testing.T) {
	inLab(t, func(l *lab) {
		n := l.node("fort@test", withCookie(villainCookie))
		v := l.villain(n)
		id, err := pid.NewNodeID("villain@test", 666)
		require.NoError(l, err)
		node := func(answer any) error {
			go v.answers(term.MustEncode(answer))
			_, err := n.NodeInfo(bounded(l), "villain@test")
			return err
		}
		process := func(answer any) (runtime.ProcessState, error) {
			go v.answers(term.MustEncode(answer))
			return n.Info(bounded(l), pid.New(id, 1))
		}
		type fields = map[string]any

		require.Error(l, node(nil))
		require.Error(l, node("text"))
		require.NoError(l, node(fields{"names": 1}))

		s, err := process(fields{})
		require.NoError(l, err, "what is missing is zero")
		require.Equal(l, runtime.ProcessState{PID: pid.New(id, 1)}, s)
		_, err = process(nil)
		require.ErrorIs(l, err, runtime.ErrNoProc)
		for _, wrong := range []fields{
			{"state": "undead"}, {"reason": "because"}, {"links": []string{"x"}}, {"links": []string{""}},
			{"monitors": []string{"x"}}, {"monitored_by": []string{"nobody on x"}},
		} {
			_, err = process(wrong)
			require.Error(l, err, "%v", wrong)
		}
	})
}

// Whoever asks for much gets answers as fast as he reads them, and is told when that is too
// slow.
func TestInfo_MoreQuestionsThanTheNodeAnswersAreRefused(t *testing.T) {
	inLab(t, func(l *lab) {
		const limit = 16 << 10
		n := l.node("fort@test", func(c *remote.Config) { c.Cookie, c.QueueBytes = villainCookie, limit })
		v := l.villain(n)
		const questions = 5000
		go func() {
			for i := range uint64(questions) {
				_, _ = v.Write(wire.AppendInfo(nil, wire.NodeInfo, i, 0))
			}
		}()
		after(0)
		require.Less(l, connOf(n, "villain@test").Queue, remote.ByteCount(100<<10))
		answers, failures := 0, 0
		for answers+failures < questions {
			switch f := mustParse(l, v.body()).other; f.Kind {
			case wire.Answer:
				answers++
			case wire.Failure:
				require.Equal(l, uint64(5), f.Code)
				failures++
			}
		}
		require.Positive(l, answers)
		require.Positive(l, failures)
	})
}
