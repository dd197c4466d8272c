package report_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/tools/bench/internal/report"
	"github.com/starlang-go/starlang/tools/bench/internal/suite"
)

func named(t *testing.T, names ...string) []suite.Workload {
	var chosen []suite.Workload
	for _, name := range names {
		for _, w := range suite.Workloads {
			if w.Name == name {
				chosen = append(chosen, w)
			}
		}
	}
	require.Len(t, chosen, len(names))
	return chosen
}

func sample(system, workload string, n int, value float64) suite.Sample {
	allocs := 2.0
	return suite.Sample{System: system, Workload: workload, Value: value, N: n, Allocs: &allocs, Peak: 10 << 20}
}

// comparison has a latency, a rate and a workload whose value belongs to all of
// its operations, with systems that fail, lack something, or do less.
func comparison(t *testing.T) report.Summary {
	out := suite.Outcome{
		Samples: []suite.Sample{
			sample("go", "pingpong", 1000, 300), sample("go", "pingpong", 1000, 310), sample("go", "pingpong", 1000, 290),
			sample("starlang", "pingpong", 1000, 330),
			sample("ergo", "pingpong", 1000, 1200), sample("hollywood", "pingpong", 1000, 900),
			sample("go", "send1", 1000, 20), sample("starlang", "send1", 1000, 10), sample("ergo", "send1", 1000, 4),
			sample("go", "skynet", 1000, 0.8), sample("starlang", "skynet", 1000, 1.2),
			sample("ergo", "skynet", 1000, 9), sample("goakt", "skynet", 100, 0.9),
		},
		Missing: map[string]error{"beam": errors.New("erl is not installed")},
		Failed:  map[suite.Cell]error{{System: "protoactor", Workload: "pingpong"}: errors.New("it took too long")},
	}
	return report.Summarize(named(t, "pingpong", "send1", "skynet"), suite.Systems, out)
}

func TestSummarize_MediansSpreadAndRatios(t *testing.T) {
	groups := comparison(t).Groups
	pingpong, send1 := groups[0], groups[1]

	plain := pingpong.Row("go")
	require.Equal(t, report.Spread{Median: 300, Min: 290, Max: 310, Runs: 3}, plain.Spread)
	require.InDelta(t, 1, plain.OfGo, 1e-9)

	require.Equal(t, "hollywood", pingpong.BestPeer().System.Name, "less is better")
	require.InDelta(t, 330.0/900, pingpong.Row("starlang").OfPeer, 1e-9)
	require.InDelta(t, 1.1, pingpong.Row("starlang").OfGo, 1e-9)

	require.Equal(t, "ergo", send1.BestPeer().System.Name)
	require.InDelta(t, 2.5, send1.Row("starlang").OfPeer, 1e-9)
	require.InDelta(t, 0.5, send1.Row("starlang").OfGo, 1e-9)
}

func TestSummarize_LessWorkIsNotComparedWithMore(t *testing.T) {
	skynet := comparison(t).Groups[2]
	require.Equal(t, "ergo", skynet.BestPeer().System.Name, "goakt was faster with a tenth")
	require.Zero(t, skynet.Row("goakt").OfGo)
	require.Zero(t, skynet.Row("goakt").OfPeer)
}

func TestSummarize_SaysWhyThereIsNoResult(t *testing.T) {
	pingpong := comparison(t).Groups[0]
	require.Equal(t, "not built: erl is not installed", pingpong.Row("beam").Note)
	require.Equal(t, "failed: it took too long", pingpong.Row("protoactor").Note)
	require.Equal(t, "none", pingpong.Row("goakt").Note)
}

func TestSpread_OfAnEvenNumberTakesTheMiddleOfTwo(t *testing.T) {
	require.Equal(t, report.Spread{}, report.SpreadOf())
	require.Equal(t, report.Spread{Median: 2.5, Min: 1, Max: 4, Runs: 4}, report.SpreadOf(4, 1, 3, 2))
}

func TestNumber_HasThreeDigitsAndAllBeforeThePoint(t *testing.T) {
	for value, want := range map[float64]string{
		0: "0", 0.01234: "0.0123", 0.000012: "0.0000120", 1.234: "1.23", 12.34: "12.3", 99.96: "100",
		123.4: "123", 1234.4: "1,234", 1234567: "1,234,567", -1234.4: "-1,234",
	} {
		require.Equal(t, want, report.Number(value))
	}
}

func TestWriteTable_MatchesTheRecordedOne(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, comparison(t).WriteTable(&out))
	golden(t, "table.txt", out.Bytes())
}

func TestWriteMarkdown_MatchesTheRecordedOne(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, comparison(t).WriteMarkdown(&out))
	golden(t, "table.md", out.Bytes())
}

// golden compares with a file under testdata. BENCH_RECORD=1 writes it anew.
func golden(t *testing.T, name string, got []byte) {
	path := "testdata/" + name
	if os.Getenv("BENCH_RECORD") != "" {
		require.NoError(t, os.WriteFile(path, got, 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got))
}

func TestSamples_SurviveTheirJSON(t *testing.T) {
	var lines bytes.Buffer
	want := []suite.Sample{sample("go", "pingpong", 1000, 300), {System: "beam", Workload: "remlat", Unit: "µs", Value: 99, P99: 169, N: 5}}
	for _, s := range want {
		require.NoError(t, report.WriteSample(&lines, s))
	}
	require.Equal(t, 2, strings.Count(lines.String(), "\n"))
	require.Contains(t, lines.String(), `{"system":"go","workload":"pingpong","unit":"","value":300,"n":1000`)
	got, err := report.ReadSamples(&lines)
	require.NoError(t, err)
	require.Equal(t, want, got)

	_, err = report.ReadSamples(strings.NewReader("{"))
	require.Error(t, err)
}

func TestWriteChart_IsWellFormedAndShowsEverySystem(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, comparison(t).WriteChart(&out))
	texts := elements(t, out.Bytes())
	for _, text := range []string{"pingpong", "send1", "skynet", "starlang", "1.10×", "2.00×", "4.00×", "none", "failed", "not built"} {
		require.Contains(t, texts, text)
	}
}

func TestWriteChart_EscapesWhatIsNotMarkup(t *testing.T) {
	workloads := named(t, "pingpong")
	workloads[0].What = `<b> & "c"`
	var out bytes.Buffer
	require.NoError(t, report.Summarize(workloads, suite.Systems, suite.Outcome{}).WriteChart(&out))
	require.Contains(t, elements(t, out.Bytes()), `<b> & "c"`)
}

// elements parses the picture and returns the contents of its elements.
func elements(t *testing.T, picture []byte) []string {
	var texts []string
	decoder := xml.NewDecoder(bytes.NewReader(picture))
	decoder.Strict = true
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return texts
		}
		require.NoError(t, err)
		if data, ok := token.(xml.CharData); ok {
			texts = append(texts, strings.TrimSpace(string(data)))
		}
	}
}
