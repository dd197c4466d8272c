package pid_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
)

type ticket struct {
	Owner  pid.PID            `json:"owner"`
	Ref    pid.Ref            `json:"ref"`
	Scores map[pid.PID]int    `json:"scores"`
	Timers map[pid.Ref]string `json:"timers"`
}

func TestJSON_IsTheTextFormAlsoForMapKeys(t *testing.T) {
	p := pid.New(nodeID(t, "a@h.org", 7), 42)
	r := pid.NewRef(nodeID(t, "", 7), 5)
	want := ticket{Owner: p, Ref: r, Scores: map[pid.PID]int{p: 3}, Timers: map[pid.Ref]string{r: "x"}}

	b, err := json.Marshal(want)
	require.NoError(t, err)
	require.JSONEq(t, `{
		"owner": "<a@h.org.42.7>",
		"ref": "#Ref<0.5.7>",
		"scores": {"<a@h.org.42.7>": 3},
		"timers": {"#Ref<0.5.7>": "x"}
	}`, string(b))

	var got ticket
	require.NoError(t, json.Unmarshal(b, &got))
	require.Equal(t, want, got)
}

func TestJSON_RefusesWhatTheParserRefuses(t *testing.T) {
	var got ticket
	require.ErrorIs(t, json.Unmarshal([]byte(`{"owner": "<0.01.7>"}`), &got), pid.ErrSyntax)
	require.ErrorIs(t, json.Unmarshal([]byte(`{"timers": {"<0.1.7>": ""}}`), &got), pid.ErrSyntax)
}

func TestUnmarshalText_LeavesTheValueAloneOnError(t *testing.T) {
	p, r := pid.New(nodeID(t, "", 7), 42), pid.NewRef(nodeID(t, "", 7), 5)
	wantPID, wantRef := p, r
	require.ErrorIs(t, p.UnmarshalText([]byte("<0.1>")), pid.ErrSyntax)
	require.ErrorIs(t, r.UnmarshalText(nil), pid.ErrSyntax)
	require.Equal(t, wantPID, p)
	require.Equal(t, wantRef, r)
}

func TestAppendText_KeepsWhatIsThere(t *testing.T) {
	b, err := pid.New(nodeID(t, "", 7), 42).AppendText([]byte("from "))
	require.NoError(t, err)
	b = append(b, ' ')
	b, err = pid.NewRef(nodeID(t, "", 7), 5).AppendText(b)
	require.NoError(t, err)
	require.Equal(t, "from <0.42.7> #Ref<0.5.7>", string(b))
}

func TestAppendText_DoesNotAllocate(t *testing.T) {
	p := pid.New(nodeID(t, "a@h.org", 7), 42)
	b := make([]byte, 0, 64)
	require.Zero(t, testing.AllocsPerRun(100, func() { b, _ = p.AppendText(b[:0]) }))
}
