package scenario_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/tools/oracle/internal/scenario"
)

// step parses a scenario of one step.
func step(text string) (scenario.Step, error) {
	s, err := scenario.Parse([]byte(`{"name":"n","about":"a","steps":[` + text + `]}`))
	if err != nil {
		return scenario.Step{}, err
	}
	return s.Steps[0], nil
}

func TestParse_ReadsEveryField(t *testing.T) {
	for text, want := range map[string]scenario.Step{
		`{"op":"spawn","p":"p2","trap":true,"link_to":"p1","monitored_by":"p1","ref":"r1"}`: {
			Op: "spawn", P: "p2", Trap: true, LinkTo: "p1", MonitoredBy: "p1", Ref: "r1",
		},
		`{"op":"send_after","by":"p1","to_name":"n1","ms":60000,"msg":"x","timer":"t1"}`: {
			Op: "send_after", By: "p1", ToName: "n1", Time: time.Minute, Msg: scenario.Msg{Text: "x"}, Timer: "t1",
		},
		`{"op":"demonitor","by":"p1","ref":"r1","flush":true,"info":true}`: {
			Op: "demonitor", By: "p1", Ref: "r1", Flush: true, Info: true,
		},
		`{"op":"recv_match","p":"p1","kind":"down"}`: {Op: "recv_match", P: "p1", Kind: "down"},
		`{"op":"recv_match","p":"p1","msg":-0}`: {
			Op: "recv_match", P: "p1", Msg: scenario.Msg{Text: "0", Integer: true},
		},
		`{"op":"seq","by":"p1","do":[{"op":"trap","on":true},{"op":"stop","reason":{"shutdown":"s"}}]}`: {
			Op: "seq", By: "p1", Do: []scenario.Step{
				{Text: `{"on":true,"op":"trap"}`, Op: "trap", On: true},
				{Text: `{"op":"stop","reason":{"shutdown":"s"}}`, Op: "stop", Reason: signal.ShutdownReason("s")},
			},
		},
	} {
		got, err := step(text)
		require.NoError(t, err, text)
		require.JSONEq(t, text, strings.ReplaceAll(got.Text, "-0", "0"))
		got.Text = ""
		require.Equal(t, want, got, text)
	}
}

func TestParse_ReadsEveryReason(t *testing.T) {
	for text, want := range map[string]signal.ExitReason{
		`"normal"`:         signal.Normal,
		`"shutdown"`:       signal.Shutdown,
		`"kill"`:           signal.Kill,
		`"killed"`:         signal.Killed,
		`"noproc"`:         signal.NoProc,
		`{"shutdown":"s"}`: signal.ShutdownReason("s"),
		`{"shutdown":""}`:  signal.ShutdownReason(""),
		`{"error":"boom"}`: signal.Error("boom"),
	} {
		s, err := step(`{"op":"stop","p":"p1","reason":` + text + `}`)
		require.NoError(t, err, text)
		require.Equal(t, want, s.Reason)
		back, err := json.Marshal(scenario.ReasonJSON(s.Reason))
		require.NoError(t, err)
		require.Equal(t, text, string(back))
	}
}

func TestParse_SaysWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		`7`:                                  `scenario "n": step 1: it must be an object, not 7`,
		`{"p":"p1"}`:                         `scenario "n": step 1: it has no "op", which is a string`,
		`{"op":"spwan","p":"p1"}`:            `scenario "n": step 1: there is no op "spwan" here`,
		`{"op":"spawn"}`:                     `scenario "n": step 1: spawn: "p" is missing`,
		`{"op":"spawn","p":""}`:              `scenario "n": step 1: spawn: "p" must be a string that is not empty, not ""`,
		`{"op":"spawn","p":"p1","tarp":1}`:   `scenario "n": step 1: spawn: there is no field "tarp"`,
		`{"op":"spawn","p":"p1","trap":1}`:   `scenario "n": step 1: spawn: "trap" must be true or false, not 1`,
		`{"op":"spawn","p":"p2","ref":"r1"}`: `scenario "n": step 1: spawn: "ref" and "monitored_by" go together`,
		`{"op":"spawn","p":"p3","link_to":"p1","monitored_by":"p2","ref":"r1"}`: `scenario "n": step 1: ` +
			`spawn: "link_to" and "monitored_by" must be the same process`,
		`{"op":"send","by":"p1","msg":1}`: `scenario "n": step 1: send: exactly one of "to", "to_name" must be given, not 0`,
		`{"op":"send","by":"p1","to":"p2","to_name":"n1","msg":1}`: `scenario "n": step 1: ` +
			`send: exactly one of "to", "to_name" must be given, not 2`,
		`{"op":"send","by":"p1","to":"p2","msg":1.5}`: `scenario "n": step 1: send: "msg" must be an integer or a string, not 1.5`,
		`{"op":"send","by":"p1","to_name":"","msg":1}`: `scenario "n": step 1: ` +
			`send: "to_name" must be a string of 1 to 255 bytes, not ""`,
		`{"op":"wait","ms":-1}`:  `scenario "n": step 1: wait: "ms" must be an integer from 0 to 4294967295, not -1`,
		`{"op":"wait","ms":"1"}`: `scenario "n": step 1: wait: "ms" must be an integer from 0 to 4294967295, not "1"`,
		`{"op":"recv_match","p":"p1","kind":"DOWN"}`: `scenario "n": step 1: ` +
			`recv_match: "kind" must be one of "user", "exit", "down", not "DOWN"`,
		`{"op":"exit","by":"p1","to":"p2","reason":"boom"}`: `scenario "n": step 1: exit: "reason" must be "normal", ` +
			`"shutdown", "kill", "killed", "noproc", {"shutdown":text} or {"error":text} with a text of at most 65536 bytes, not "boom"`,
		`{"op":"seq","by":"p1","do":{}}`: `scenario "n": step 1: seq: "do" must be a list of acts, not {}`,
		`{"op":"seq","by":"p1","do":[{"op":"link","to":"p2"},{"op":"recv"}]}`: `scenario "n": step 1: ` +
			`seq: act 2: there is no op "recv" here`,
		`{"op":"seq","by":"p1","do":[{"op":"link","by":"p1","to":"p2"}]}`: `scenario "n": step 1: ` +
			`seq: act 1: link: there is no field "by"`,
		`{"op":"seq","by":"p1","do":[{"op":"stop","reason":"normal"},{"op":"trap","on":true}]}`: `scenario "n": step 1: ` +
			`seq: act 1: a stop must be the last act`,
	} {
		_, err := step(text)
		require.EqualError(t, err, want, text)
	}
}

func TestParse_ScenariosThatAreNone(t *testing.T) {
	for text, want := range map[string]string{
		`[]`:                                `a scenario is an object, not []`,
		`{"steps":[]}`:                      `a scenario has a "name", which is a string`,
		`{"name":"n"}`:                      `scenario "n": it has no list of "steps"`,
		`{"name":"n","steps":[]`:            `not JSON: it ends in the middle of a value`,
		`{"name":"n","steps":[{},]}`:        `not JSON: invalid character ']' looking for beginning of value at byte 25`,
		`"` + strings.Repeat("x", 99) + `"`: `a scenario is an object, not "` + strings.Repeat("x", 59) + `…`,
	} {
		_, err := scenario.Parse([]byte(text))
		require.EqualError(t, err, want, text)
	}
}

func TestStep_TheActorIsWhoCarriesItOut(t *testing.T) {
	for text, want := range map[string]string{
		`{"op":"stop","p":"p1","reason":"normal"}`:               "p1",
		`{"op":"recv","p":"p1"}`:                                 "p1",
		`{"op":"spawn","p":"p2"}`:                                "",
		`{"op":"spawn","p":"p2","link_to":"p1"}`:                 "p1",
		`{"op":"spawn","p":"p2","monitored_by":"p1","ref":"r1"}`: "p1",
		`{"op":"register","name":"n","p":"p1"}`:                  "",
		`{"op":"register","name":"n","p":"p1","by":"p2"}`:        "p2",
		`{"op":"alive","p":"p1"}`:                                "",
	} {
		s, err := step(text)
		require.NoError(t, err)
		require.Equal(t, want, s.Actor(), text)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"name":"n","steps":[{"op":"spawn","p":"p1","trap":true},{"op":"stop","p":"p1","reason":{"error":"e"}}]}`))
	f.Add([]byte(`{"name":"n","steps":[{"op":"seq","by":"p1","do":[{"op":"send","to":"p2","msg":1e9}]}]}`))
	f.Add([]byte(`{"name":1,"steps":{}}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		s, err := scenario.Parse(line)
		if err != nil {
			require.Empty(t, s)
			return
		}
		for _, step := range s.Steps {
			again, err := scenario.Parse([]byte(`{"name":"n","steps":[` + step.Text + `]}`))
			require.NoError(t, err)
			require.Equal(t, step, again.Steps[0])
		}
	})
}
