package pid_test

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/starlang-go/starlang/pid"
)

func TestParsePID_TextForms(t *testing.T) {
	for text, want := range map[string]pid.PID{
		"<0.0.0>":                                {},
		"<0.42.0>":                               pid.New(pid.NodeID{}, 42),
		"<0.42.7>":                               pid.New(nodeID(t, "", 7), 42),
		"<name@host.42.7>":                       pid.New(nodeID(t, "name@host", 7), 42),
		"<a@host.example.org.42.7>":              pid.New(nodeID(t, "a@host.example.org", 7), 42),
		"<a@10.0.0.1:4369.42.7>":                 pid.New(nodeID(t, "a@10.0.0.1:4369", 7), 42),
		"<a.b-c_d@[::1]:4369.42.7>":              pid.New(nodeID(t, "a.b-c_d@[::1]:4369", 7), 42),
		"<a@h..1.2>":                             pid.New(nodeID(t, "a@h.", 2), 1),
		"<a@h.1.0>":                              pid.New(nodeID(t, "a@h", 0), 1),
		"<0.18446744073709551615.4294967295>":    pid.New(nodeID(t, "", math.MaxUint32), math.MaxUint64),
		"<" + longestName + ".1.2>":              pid.New(nodeID(t, longestName, 2), 1),
		"<A0@Z9.1844674407370955161.4294967294>": pid.New(nodeID(t, "A0@Z9", math.MaxUint32-1), math.MaxUint64/10),
	} {
		t.Run(text, func(t *testing.T) {
			got, err := pid.ParsePID(text)
			require.NoError(t, err)
			require.Equal(t, want, got)
			require.Equal(t, text, got.String())
		})
	}
}

func TestParsePID_RefusesAllElse(t *testing.T) {
	for text, want := range map[string]struct {
		offset int
		why    string
	}{
		"":                                {0, `want "<" at the beginning`},
		" <0.1.2>":                        {0, `want "<" at the beginning`},
		"0.1.2":                           {0, `want "<" at the beginning`},
		"<":                               {1, `want ">" at the end`},
		"<0.1.2":                          {6, `want ">" at the end`},
		"<0.1.2> ":                        {8, `want ">" at the end`},
		"<>":                              {1, "there is no dot"},
		"<0>":                             {2, "there is no dot"},
		"<0.1>":                           {4, "there is one dot"},
		"<0..>":                           {3, "the id is missing"},
		"<0.1.>":                          {5, "the creation is missing"},
		"<0.01.2>":                        {3, "the id has a leading zero"},
		"<0.00.2>":                        {3, "the id has a leading zero"},
		"<0.1.02>":                        {5, "the creation has a leading zero"},
		"<0.+1.2>":                        {3, "the id has a byte that is no digit"},
		"<0.-1.2>":                        {3, "the id has a byte that is no digit"},
		"<0.1_0.2>":                       {4, "the id has a byte that is no digit"},
		"<0.0x1.2>":                       {3, "the id has a leading zero"},
		"<0.1e3.2>":                       {4, "the id has a byte that is no digit"},
		"<0. 1.2>":                        {3, "the id has a byte that is no digit"},
		"<0.1 .2>":                        {4, "the id has a byte that is no digit"},
		"<0.1.2\n>":                       {6, "the creation has a byte that is no digit"},
		"<0.1.2>>":                        {6, "the creation has a byte that is no digit"},
		"<0.١.2>":                         {3, "the id has a byte that is no digit"},
		"<0.18446744073709551616.2>":      {3, "the id is greater than 18446744073709551615"},
		"<0.99999999999999999999.2>":      {3, "the id is greater than 18446744073709551615"},
		"<0.184467440737095516150.2>":     {3, "the id is greater than 18446744073709551615"},
		"<0.1.4294967296>":                {5, "the creation is greater than 4294967295"},
		"<.1.2>":                          {1, "must be of the form part@host"},
		"<00.1.2>":                        {1, "must be of the form part@host"},
		"<0.0.1.2>":                       {1, "must be of the form part@host"},
		"<host.1.2>":                      {1, "must be of the form part@host"},
		"<@host.1.2>":                     {1, "must be of the form part@host"},
		"<a@.1.2>":                        {1, "must be of the form part@host"},
		"<a@h@i.1.2>":                     {1, "has a byte that is none of letters"},
		"<a @h.1.2>":                      {1, "has a byte that is none of letters"},
		"<a:b@h.1.2>":                     {1, "has a byte that is none of letters"},
		"<é@h.1.2>":                       {1, "has a byte that is none of letters"},
		"<<a@h.1.2>":                      {1, "has a byte that is none of letters"},
		"<" + longestName + "x" + ".1.2>": {1, "is 256 bytes long, 255 are allowed"},
		"#Ref<0.1.2>":                     {0, `want "<" at the beginning`},
	} {
		t.Run(text, func(t *testing.T) {
			got, err := pid.ParsePID(text)
			require.Zero(t, got)
			requireParseError(t, err, "PID", text, want.offset, want.why)
		})
	}
}

func TestParseRef_TextForms(t *testing.T) {
	for text, want := range map[string]pid.Ref{
		"#Ref<0.0.0>":        {},
		"#Ref<0.5.7>":        pid.NewRef(nodeID(t, "", 7), 5),
		"#Ref<a@host.b.5.7>": pid.NewRef(nodeID(t, "a@host.b", 7), 5),
		"#Ref<0.18446744073709551615.4294967295>": pid.NewRef(nodeID(t, "", math.MaxUint32), math.MaxUint64),
	} {
		t.Run(text, func(t *testing.T) {
			got, err := pid.ParseRef(text)
			require.NoError(t, err)
			require.Equal(t, want, got)
			require.Equal(t, text, got.String())
		})
	}
}

func TestParseRef_RefusesAllElse(t *testing.T) {
	for text, want := range map[string]struct {
		offset int
		why    string
	}{
		"":             {0, `want "#Ref<" at the beginning`},
		"<0.1.2>":      {0, `want "#Ref<" at the beginning`},
		"#Ref":         {4, `want "#Ref<" at the beginning`},
		"#ref<0.1.2>":  {1, `want "#Ref<" at the beginning`},
		"#Ref <0.1.2>": {4, `want "#Ref<" at the beginning`},
		"#Ref<0.1.2":   {10, `want ">" at the end`},
		"#Ref<0.01.2>": {7, "the id has a leading zero"},
		"#Ref<h.1.2>":  {5, "must be of the form part@host"},
	} {
		t.Run(text, func(t *testing.T) {
			got, err := pid.ParseRef(text)
			require.Zero(t, got)
			requireParseError(t, err, "Ref", text, want.offset, want.why)
		})
	}
}

func requireParseError(t *testing.T, err error, kind, input string, offset int, why string) {
	t.Helper()
	require.ErrorIs(t, err, pid.ErrSyntax)
	var parseErr *pid.ParseError
	require.ErrorAs(t, err, &parseErr)
	require.Equal(t, kind, parseErr.Type)
	require.Equal(t, input, parseErr.Input)
	require.Equal(t, offset, parseErr.Offset, err)
	require.Contains(t, parseErr.Why, why)
}

func TestParseError_NamesInputOffsetAndFault(t *testing.T) {
	_, err := pid.ParsePID("<0.042.7>")
	require.EqualError(t, err, `parse PID "<0.042.7>": the id has a leading zero at offset 3`)
}

func TestParseError_QuotesOnlyTheBeginningOfALongInput(t *testing.T) {
	_, err := pid.ParsePID(strings.Repeat("\n", 1<<20))
	require.ErrorIs(t, err, pid.ErrSyntax)
	require.Less(t, len(err.Error()), 300)
}

func TestText_RoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := pids().Draw(t, "pid")
		parsed, err := pid.ParsePID(p.String())
		require.NoError(t, err)
		require.Equal(t, p, parsed)

		r := refs().Draw(t, "ref")
		parsedRef, err := pid.ParseRef(r.String())
		require.NoError(t, err)
		require.Equal(t, r, parsedRef)
	})
}
