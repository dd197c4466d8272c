package behaviours_test

import (
	"flag"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/starlang-go/starlang/tools/oracle/behaviours"
	"github.com/starlang-go/starlang/tools/oracle/behaviours/replay"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var live = flag.Int("live", 0, "compare so many fresh scenarios with the Erlang that is installed")

// What gen_server, gen_statem and application of OTP 25 have made of 500 random scenarios.
func TestBehaviours_DoAsThoseOfOTP(t *testing.T) {
	for _, corpus := range []string{"hand", "random-500"} {
		t.Run(corpus, func(t *testing.T) {
			scenarios, err := replay.Read[replay.Scenario]("corpus/" + corpus + ".jsonl")
			require.NoError(t, err)
			expected, err := replay.Read[replay.Result]("corpus/" + corpus + ".expected.jsonl")
			require.NoError(t, err)
			require.Len(t, expected, len(scenarios))
			outcomes, err := behaviours.InTest(t)(scenarios)
			require.NoError(t, err)
			for i, o := range outcomes {
				require.Empty(t, o.Err, o.Scenario.Name)
				require.Empty(t, behaviours.Difference(o.Scenario, expected[i], o.Result))
			}
		})
	}
}

func TestBehaviours_DoAsTheInstalledErlangsDo(t *testing.T) {
	if *live == 0 {
		t.Skip("-live says how many scenarios")
	}
	_, err := exec.LookPath("escript")
	require.NoError(t, err)
	c, err := behaviours.Live(behaviours.InTest(t), uint64(time.Now().UnixNano()), *live)
	require.NoError(t, err)
	require.Empty(t, c.Differences())
}

func TestGenerate_SameSeedSameScenarios(t *testing.T) {
	one, results, err := behaviours.Generate(behaviours.InTest(t), 7, 20)
	require.NoError(t, err)
	two, again, err := behaviours.Generate(behaviours.InTest(t), 7, 20)
	require.NoError(t, err)
	require.Equal(t, one, two)
	require.Equal(t, results, again)
}

func TestDifference_ShowsScenarioAndBothResults(t *testing.T) {
	s := replay.Scenario{Name: "x"}
	want, got := replay.Result{Exit: "normal"}, replay.Result{Exit: "boom"}
	require.Empty(t, behaviours.Difference(s, want, want))
	text := behaviours.Difference(s, want, got)
	require.Contains(t, text, `"x" differs`)
	require.Contains(t, text, `want {"name":"","trace":null,"calls":null,"exit":"normal"}`)
	require.Contains(t, text, `got  {"name":"","trace":null,"calls":null,"exit":"boom"}`)
}
