// Package suite_test holds the processes of module runtime against the results in
// corpus. README.md says what they are.
package suite_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/starlang-go/starlang/tools/oracle/internal/cli"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// passes is how often each corpus runs: what depends on a race may need several.
const passes = 3

// agrees runs a corpus and compares what is printed with a file, byte by byte.
func agrees(t *testing.T, corpus, expected string) {
	t.Helper()
	want, err := os.ReadFile("corpus/" + expected + ".jsonl")
	require.NoError(t, err)
	for range passes {
		var stdout, stderr strings.Builder
		status := cli.Run([]string{"run", "corpus/" + corpus + ".jsonl"}, &stdout, &stderr)
		require.Equal(t, cli.OK, status, stderr.String())
		if stdout.String() != string(want) {
			t.Fatal(differences(corpus, expected))
		}
	}
}

// differences shows what differs, which a comparison of whole files does not.
func differences(corpus, expected string) string {
	var out strings.Builder
	args := []string{"check", "-repeat", "3", "corpus/" + corpus + ".jsonl", "corpus/" + expected + ".jsonl"}
	cli.Run(args, &out, &out)
	return out.String()
}

func TestHand_EachRuleAsOnTheBEAM(t *testing.T) { agrees(t, "hand", "hand.expected") }

func TestRandom_AsOnTheBEAM(t *testing.T) {
	agrees(t, "random-1000", "random-1000.expected")
}

func TestCorner_AsOnTheBEAM(t *testing.T) { agrees(t, "corner", "corner.expected") }

func TestNoproc_LinkIsAnErrorInBothTrapModes(t *testing.T) { agrees(t, "noproc", "noproc.starlang") }

// What noproc.starlang says differs from what was recorded only in the scenarios
// of the README's table, and there first at a link.
func TestNoproc_DiffersOnlyInLinksOfTrappingProcesses(t *testing.T) {
	out := differences("noproc", "noproc.expected")
	var where []string
	for line := range strings.Lines(out) {
		if _, scenario, found := strings.Cut(line, `scenario "`); found {
			where = append(where, strings.TrimSpace(scenario))
		}
	}
	link := `{"by":"p1","op":"link","to":"p2"}`
	once := []string{
		`noproc-link-dead-trapping": step 4: ` + link,
		`noproc-link-dead-twice": step 4: ` + link,
		`noproc-link-then-trap-off": step 4: ` + link,
		`noproc-unlink-dead": step 5: ` + link,
	}
	require.Equal(t, append(append(once, once...), once...), where, out)
}
