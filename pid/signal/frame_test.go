package signal_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/pid/signal/frame"
	"github.com/starlang-go/starlang/term"
)

// goldenFrame is a line of the golden file of frames.
type goldenFrame struct {
	Kind     string
	From, To uint64
	Name     string
	Ref      uint64
	Reason   signal.ExitReason
	Value    hexBytes
	Wire     hexBytes
}

func (g goldenFrame) frame(t testing.TB) signal.Frame {
	t.Helper()
	for k := signal.Message; k.Valid(); k++ {
		if k.String() == g.Kind {
			return signal.Frame{Kind: k, From: g.From, To: g.To, Name: g.Name, Ref: g.Ref, Reason: g.Reason, Value: g.Value}
		}
	}
	require.Fail(t, "no kind", g.Kind)
	panic("unreachable")
}

func goldenFrames(t testing.TB) []goldenFrame {
	return readGolden[goldenFrame](t, "testdata/frame.golden.jsonl")
}

// parse reads the body of the frame of a signal; ok is false if it is none of one.
func parse(body []byte) (f signal.Frame, ok bool, err error) {
	var in frame.Fields
	if err := in.Open(body); err != nil {
		return f, false, err
	}
	kind, ok := signal.KindOnWire(in.Of)
	if !ok {
		return f, false, nil
	}
	return f, true, f.Read(kind, &in)
}

func TestFrame_BytesAreGolden(t *testing.T) {
	seen := map[signal.Kind]bool{}
	for _, g := range goldenFrames(t) {
		want := g.frame(t)
		seen[want.Kind] = true
		require.Equal(t, []byte(g.Wire), want.Append(nil), g.Kind)
		body, size, err := frame.Cut(g.Wire, frame.MaxBytes)
		require.NoError(t, err)
		require.Len(t, g.Wire, size)
		got, ok, err := parse(body)
		require.NoError(t, err, g.Kind)
		require.True(t, ok)
		require.Equal(t, want, got)
	}
	require.Len(t, seen, int(signal.UnlinkAck), "every kind has a line")
}

func TestFrame_SkipsFieldsItDoesNotKnow(t *testing.T) {
	for _, g := range goldenFrames(t) {
		body := bytes.Clone(g.Wire[frame.LengthBytes:])
		body[0] += 2 // two fields more
		body = append(body, 0xc0, 0x93, 1, 2, 3)
		got, ok, err := parse(body)
		require.NoError(t, err, g.Kind)
		require.True(t, ok)
		require.Equal(t, g.frame(t), got)
	}
}

func TestFrame_RefusesWhatIsMalformed(t *testing.T) {
	long := append([]byte{0x93, 25, 1, 0xda, 3, 0xfd}, bytes.Repeat([]byte{'x'}, pid.MaxNameBytes+1)...)
	for name, body := range map[string][]byte{
		"nothing":                 {},
		"no array":                {17},
		"no kind":                 {0x90},
		"kind negative":           {0x91, 0xff},
		"too few fields":          {0x93, 17, 1, 2},
		"array longer than bytes": {0xdd, 0xff, 0xff, 0xff, 0xff, 17},
		"forged sender":           {0x94, 17, 0xd4, 3, 0, 5, 0xa1, 'x'},
		"sender is a string":      {0x94, 17, 0xa1, 'x', 1, 0xc0},
		"receiver 0":              {0x94, 17, 1, 0, 0xc0},
		"receiver without a name": {0x94, 17, 1, 0xa0, 0xc0},
		"link to a name":          {0x93, 23, 1, 0xa1, 'x'},
		"reply to a name":         {0x95, 20, 1, 0xa1, 'x', 1, 0xc0},
		"reason no text":          {0x94, 21, 1, 2, 5},
		"raw is no bytes":         {0x94, 18, 1, 2, 3},
		"bytes behind":            {0x93, 23, 1, 2, 1},
		"no value":                {0x95, 20, 48, 48, 0xcd, 0, 48},
		"name too long":           append(long, 9),
	} {
		_, _, err := parse(body)
		require.Error(t, err, name)
	}
	for _, other := range []byte{0, 16, 29, 32, 64} {
		_, ok, err := parse([]byte{0x91, other})
		require.NoError(t, err)
		require.False(t, ok, "kind %d is of no signal", other)
	}
}

// Whatever is sent from one node arrives at the other as the same signal.
func TestFrame_CarriesTheSignal(t *testing.T) {
	a, b := mustPID(t, "<a@x.1.7>").Node(), mustPID(t, "<b@x.1.9>").Node()
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.Uint64Min(1)
		env := signal.Envelope{Kind: signal.Kind(rapid.IntRange(int(signal.Message), int(signal.UnlinkAck)).Draw(t, "kind"))}
		env.From = pid.New(a, number.Draw(t, "from"))
		ref := number.Draw(t, "ref")
		to := pid.Address{PID: pid.New(b, number.Draw(t, "to"))}
		switch env.Kind {
		case signal.Call:
			env.Ref = pid.NewRef(a, ref)
			env.ReplyTo = signal.ReplyToRef(env.Ref)
		case signal.Reply:
			env.ReplyTo = signal.ReplyToRef(pid.NewRef(b, ref))
		case signal.Monitor, signal.Demonitor:
			env.Ref = pid.NewRef(a, ref)
			to = pid.Address{Name: pid.Name{Name: "bank"}}
		case signal.DownSignal:
			env.Ref, env.Reason = pid.NewRef(b, ref), signal.Killed
		case signal.ExitSignal, signal.LinkExit:
			env.Reason = signal.Error(rapid.String().Draw(t, "text"))
		}
		sent := signal.FrameOf(&to, &env)
		sent.Value = []byte{0xc0}
		got, ok, err := parse(sent.Append(nil)[frame.LengthBytes:])
		require.NoError(t, err)
		require.True(t, ok)
		gotTo, gotEnv := got.Signal(a, b)
		require.Equal(t, to, gotTo)
		require.Equal(t, env, gotEnv)
	})
}

// requireSame checks that ParseMessage reads what Read reads, or nothing.
func requireSame(t *testing.T, body []byte) (quick bool) {
	t.Helper()
	from, to, value, quick := signal.ParseMessage(body)
	if !quick {
		return false
	}
	f, ok, err := parse(body)
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, signal.Frame{Kind: signal.Message, From: from, To: to, Value: value}, f)
	return true
}

func TestParseMessage_ReadsWhatReadReads(t *testing.T) {
	for _, n := range []uint64{0, 1, 127, 128, 255, 256, 65535, 65536, 1<<32 - 1, 1 << 32, 1<<64 - 1} {
		f := signal.Frame{Kind: signal.Message, From: n, To: n + 1, Value: []byte{0xc0}}
		require.Equal(t, n+1 != 0, requireSame(t, f.Append(nil)[frame.LengthBytes:]), "%d", n)
	}
	for _, g := range goldenFrames(t) {
		f := g.frame(t)
		require.Equal(t, f.Kind == signal.Message && f.To != 0, requireSame(t, g.Wire[frame.LengthBytes:]), g.Kind)
	}
}

func TestFrame_AllocatesNothing(t *testing.T) {
	env := signal.Envelope{Kind: signal.Message, From: mustPID(t, "<a@x.1.7>")}
	to := pid.Address{PID: mustPID(t, "<b@x.1.9>")}
	buffer := make([]byte, 0, 100)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		f := signal.FrameOf(&to, &env)
		b := frame.End(term.AppendUint(f.AppendHead(buffer), 4711), 0)
		var in frame.Fields
		var back signal.Frame
		if in.Open(b[frame.LengthBytes:]) != nil || back.Read(signal.Message, &in) != nil || back.From != f.From {
			panic("not read")
		}
	}))
}

func FuzzFrame(f *testing.F) {
	for _, g := range goldenFrames(f) {
		f.Add([]byte(g.Wire[frame.LengthBytes:]))
	}
	f.Add(bytes.Repeat([]byte{0x91}, 1000))
	f.Add([]byte{0xdd, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, body []byte) {
		requireSame(t, body)
		got, ok, err := parse(body)
		if err != nil || !ok {
			return
		}
		require.LessOrEqual(t, len(got.Value), len(body))
		again, ok, err := parse(got.Append(nil)[frame.LengthBytes:])
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, len(got.Value), len(again.Value))
		got.Value, again.Value = nil, nil
		require.Equal(t, got, again)
	})
}

func BenchmarkFrame(b *testing.B) {
	message := signal.Frame{Kind: signal.Message, From: 5, To: 300, Value: []byte{0xa2, 'h', 'i'}}
	body := message.Append(nil)[frame.LengthBytes:]
	b.Run("read", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var in frame.Fields
			var f signal.Frame
			if in.Open(body) != nil || f.Read(signal.Message, &in) != nil {
				b.Fatal("not read")
			}
		}
	})
	b.Run("message", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, _, _, ok := signal.ParseMessage(body); !ok {
				b.Fatal("not read")
			}
		}
	})
}
