package main_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/starlang-go/starlang/tools/oracle/supervision/replay"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// stepTime is longer than whatever a step leads to, as the clock of the bubble counts.
const stepTime = 200 * time.Millisecond

// settle waits, in a bubble, until nothing can change any more.
func settle(pause func(time.Duration), look func() string) string {
	pause(stepTime)
	synctest.Wait()
	return look()
}

func TestSupervisor_DecidesAsOTPDoes(t *testing.T) {
	for _, corpus := range []string{"hand", "random-200"} {
		t.Run(corpus, func(t *testing.T) {
			scenarios, err := replay.ReadScenarios("corpus/" + corpus + ".jsonl")
			require.NoError(t, err)
			expected, err := replay.ReadResults("corpus/" + corpus + ".expected.jsonl")
			require.NoError(t, err)
			require.Len(t, expected, len(scenarios))
			for i, s := range scenarios {
				synctest.Test(t, func(t *testing.T) {
					got, err := replay.Run(s, settle)
					require.NoError(t, err)
					require.Empty(t, replay.Difference(s, expected[i], got))
				})
			}
		})
	}
}

func TestGenerate_SameSeedSameScenarios(t *testing.T) {
	require.Equal(t, replay.Generate(7, 3), replay.Generate(7, 3))
	require.NotEqual(t, replay.Generate(7, 3), replay.Generate(8, 3))
}

func TestDifference_ShowsTheFirstStepThatDiffers(t *testing.T) {
	s := replay.Scenario{Name: "x", Steps: []replay.Step{{"kill", "a"}}}
	want := replay.Result{Steps: []replay.Change{{Reply: "start"}, {Reply: "ok"}}}
	got := replay.Result{Steps: []replay.Change{{Reply: "start"}, {Reply: "gone"}}}
	require.Empty(t, replay.Difference(s, want, want))
	require.Contains(t, replay.Difference(s, want, got), `scenario "x" differs after step 1, [kill a]`)
	require.Contains(t, replay.Difference(s, want, replay.Result{}), "after the start")
}
