// Package suite_test holds the processes of module runtime, on one node and on two,
// against the results in corpus. README.md says what they are.
package suite_test

import (
	"os"
	"regexp"
	"slices"
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
	want := read(t, expected)
	for range passes {
		if results(t, "1", corpus) != want {
			t.Fatal(differences(corpus, expected))
		}
	}
}

// agreesOnTwoNodes does the same with processes on two nodes. It compares the lines
// of scenarios that use no names, and wants all others skipped: that many.
func agreesOnTwoNodes(t *testing.T, corpus, expected string, skipped int) {
	t.Helper()
	scenarios := slices.Collect(strings.Lines(read(t, corpus)))
	want := slices.Collect(strings.Lines(read(t, expected)))
	for range passes {
		got := slices.Collect(strings.Lines(results(t, "2", corpus)))
		require.Len(t, got, len(want))
		count := 0
		for i, line := range got {
			if usesNames.MatchString(scenarios[i]) {
				require.Contains(t, line, `"skipped":"it uses registered names`)
				count++
			} else {
				require.Equal(t, want[i], line)
			}
		}
		require.Equal(t, skipped, count)
	}
}

// usesNames finds the steps that have to do with names in the text of a scenario.
var usesNames = regexp.MustCompile(`"to_name":|"op":\s*"(register|unregister|whereis)"`)

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile("corpus/" + file + ".jsonl")
	require.NoError(t, err)
	return string(text)
}

// results returns what is printed for a corpus.
func results(t *testing.T, nodes, corpus string) string {
	t.Helper()
	var stdout, stderr strings.Builder
	status := cli.Run([]string{"run", "-nodes", nodes, "corpus/" + corpus + ".jsonl"}, &stdout, &stderr)
	require.Equal(t, cli.OK, status, stderr.String())
	return stdout.String()
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

func TestUnnamed_AsOnTheBEAM(t *testing.T) { agrees(t, "unnamed-300", "unnamed-300.expected") }

func TestCorner_AsOnTheBEAM(t *testing.T) { agrees(t, "corner", "corner.expected") }

func TestNoproc_LinkIsAnErrorInBothTrapModes(t *testing.T) { agrees(t, "noproc", "noproc.starlang") }

func TestHand_OnTwoNodesAsOnOne(t *testing.T) { agreesOnTwoNodes(t, "hand", "hand.expected", 20) }

func TestRandom_OnTwoNodesAsOnOne(t *testing.T) {
	agreesOnTwoNodes(t, "random-1000", "random-1000.expected", 903)
}

func TestUnnamed_OnTwoNodesAsOnOne(t *testing.T) {
	agreesOnTwoNodes(t, "unnamed-300", "unnamed-300.expected", 0)
}

func TestCorner_OnTwoNodesAsOnOne(t *testing.T) { agreesOnTwoNodes(t, "corner", "corner.expected", 2) }

func TestNoproc_LinkToAnotherNodeIsAnsweredByAnExit(t *testing.T) {
	agreesOnTwoNodes(t, "noproc", "noproc.two-nodes", 0)
}

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
