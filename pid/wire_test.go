package pid_test

import (
	"encoding/hex"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/term"
)

func TestWire_GoldenVectors(t *testing.T) {
	for text, wire := range goldenVectors(t, "testdata/wire.golden") {
		t.Run(text, func(t *testing.T) {
			if strings.HasPrefix(text, "#Ref") {
				want, err := pid.ParseRef(text)
				require.NoError(t, err)
				requireWire(t, want, wire)
				return
			}
			want, err := pid.ParsePID(text)
			require.NoError(t, err)
			requireWire(t, want, wire)
		})
	}
}

// goldenVectors reads lines of a text form and, after the last space, the wire
// form in hexadecimal.
func goldenVectors(t testing.TB, file string) map[string][]byte {
	t.Helper()
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	vectors := map[string][]byte{}
	for line := range strings.Lines(string(content)) {
		if strings.HasPrefix(line, "# ") {
			continue
		}
		text, digits, found := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		require.True(t, found, line)
		wire, err := hex.DecodeString(digits)
		require.NoError(t, err)
		vectors[text] = wire
	}
	require.NotEmpty(t, vectors)
	return vectors
}

// requireWire checks that want and wire are each other's only form.
func requireWire[T term.Appender](t require.TestingT, want T, wire []byte) {
	encoded, err := want.AppendTerm([]byte("before"))
	require.NoError(t, err)
	require.Equal(t, "before"+string(wire), string(encoded))

	r := term.NewReader(append(wire, 0xc0))
	var got T
	require.NoError(t, any(&got).(term.Parser).ParseTerm(r))
	require.Equal(t, want, got)
	require.Equal(t, len(wire), r.Offset(), "no byte too many is read")
}

func TestWire_RoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := pids().Draw(t, "pid")
		b, _ := p.AppendTerm(nil)
		requireWire(t, p, b)
		r := refs().Draw(t, "ref")
		b, _ = r.AppendTerm(nil)
		requireWire(t, r, b)
	})
}

func TestWire_RefusesMalformedForms(t *testing.T) {
	for name, c := range map[string]struct {
		wire string // hexadecimal
		why  string
	}{
		"nothing":                  {"", "bytes end before the value does"},
		"nil":                      {"c0", "nil where an extension is asked for"},
		"a string":                 {"a7" + hex.EncodeToString([]byte("<0.0.0>")), "a string where an extension is asked for"},
		"a Ref":                    {"c70c04" + strings.Repeat("00", 12), "extension 4 where extension 3 is asked for"},
		"an empty extension":       {"c70003", "0 bytes where number and creation take 12"},
		"no room for the creation": {"c70b03" + strings.Repeat("00", 11), "11 bytes where number and creation take 12"},
		"a length without bytes":   {"c9ffffffff03", "bytes end before the value does"},
		"a name that is cut off":   {"c71003" + strings.Repeat("00", 12) + "614068", "bytes end before the value does"},
		"a name without host":      {"c70d03" + strings.Repeat("00", 12) + "61", `node name "a": must be of the form part@host`},
		"the text form's zero":     {"c70d03" + strings.Repeat("00", 12) + "30", `node name "0": must be of the form part@host`},
		"a name with a control":    {"d803" + strings.Repeat("00", 12) + "61406800", "none of letters, digits"},
		"a name that is too long":  {"c8010c03" + strings.Repeat("00", 12) + hex.EncodeToString([]byte(longestName)) + "68", "is 256 bytes long, 255 are allowed"},
		"a name that is not UTF-8": {"d803" + strings.Repeat("00", 12) + "614068ff", "none of letters, digits"},
	} {
		t.Run(name, func(t *testing.T) {
			wire, err := hex.DecodeString(c.wire)
			require.NoError(t, err)
			before := pid.New(nodeID(t, "", 7), 42)
			p := before
			err = p.ParseTerm(term.NewReader(wire))
			var decodeErr *term.DecodeError
			require.ErrorAs(t, err, &decodeErr)
			require.ErrorContains(t, err, c.why)
			require.Equal(t, before, p, "an error leaves the value alone")
		})
	}
}

func TestWire_TravelsAsAField(t *testing.T) {
	type lease struct {
		Owner  pid.PID
		Ref    pid.Ref
		Nobody pid.PID
		Held   map[pid.PID]pid.Ref
		Any    any
	}
	p := pid.New(nodeID(t, "a@h.org", 7), 42)
	r := pid.NewRef(nodeID(t, "", 7), 5)
	want := lease{Owner: p, Ref: r, Held: map[pid.PID]pid.Ref{p: r}, Any: p}
	b, err := term.Encode(want)
	require.NoError(t, err)
	got, err := term.Decode[lease](b)
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func TestWire_TravelsAsItself(t *testing.T) {
	p := pid.New(nodeID(t, "a@h.org", 7), 42)
	r := pid.NewRef(nodeID(t, "", 7), 5)
	name := pid.Name{Name: "bank", Node: "a@h"}
	for _, want := range []any{
		p, r, pid.PID{}, pid.Ref{}, []any{p, r}, []pid.PID{p, {}}, []pid.Ref{r},
		name, pid.Address{PID: p}, pid.Address{Name: name},
	} {
		local, err := term.Isolate(want)
		require.NoError(t, err)
		require.Equal(t, want, local)

		b, err := term.AppendMessage(nil, want)
		require.NoError(t, err)
		remote, err := term.DecodeMessage(b)
		require.NoError(t, err)
		require.Equal(t, want, remote)
	}
}

func TestWire_ManyIdentitiesAreDecodedRightConcurrentSafe(t *testing.T) {
	const identities = 4 * 64 // more than decoding remembers
	var wire [identities][]byte
	var want [identities]pid.PID
	for i := range identities {
		want[i] = pid.New(nodeID(t, "a@h", uint32(i)), 1)
		wire[i], _ = want[i].AppendTerm(nil)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 20 {
				for i := range identities {
					var got pid.PID
					if err := got.ParseTerm(term.NewReader(wire[i])); err != nil || got != want[i] {
						t.Errorf("got %v, %v, want %v", got, err, want[i])
					}
				}
			}
		})
	}
	wg.Wait()
}

func TestWire_APeerCannotGrowMemoryWithIdentities(t *testing.T) {
	before := heapAfterGC()
	for i := range uint32(50_000) {
		wire, _ := pid.New(pid.NodeID{}, 1).AppendTerm(nil)
		wire[11], wire[12], wire[13], wire[14] = byte(i>>24), byte(i>>16), byte(i>>8), byte(i)
		var p pid.PID
		if err := p.ParseTerm(term.NewReader(wire)); err != nil {
			t.Fatal(err)
		}
	}
	const slack = 4 << 20 // held for ever, these identities take 15 MB
	require.Less(t, heapAfterGC(), before+slack)
}

func heapAfterGC() uint64 {
	// Once to notice that identities are unused, again to take them out of the
	// table of weak pointers, whose sweep runs after a collection.
	for range 3 {
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func TestAppendTermAndParseTerm_DoNotAllocate(t *testing.T) {
	want := pid.New(nodeID(t, "a@h.org", 7), 42)
	b := make([]byte, 0, 64)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		b, _ = want.AppendTerm(b[:0])
		var got pid.PID
		if err := got.ParseTerm(term.NewReader(b)); err != nil || got != want {
			t.Error(got, err)
		}
	}))
}
