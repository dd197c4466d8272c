package cli

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/google/pprof/profile"

	"github.com/starlang-go/starlang/runtime/inspect"
)

// function is what a profile says of one.
type function struct {
	Function   string  `json:"function"`
	Flat       string  `json:"flat"` // in itself
	FlatValue  int64   `json:"flat_value"`
	Percent    float64 `json:"percent"`
	Cumulative string  `json:"cumulative"` // with all that it calls
	CumValue   int64   `json:"cumulative_value"`
}

// functions is the answer to a profile by function.
type functions struct {
	Kind      inspect.ProfileKind `json:"kind"`
	Unit      string              `json:"unit"`
	Total     int64               `json:"total"`
	Functions []function          `json:"functions"`
}

// functionsOf returns the n functions that have most of a profile, as pprof's top does.
func functionsOf(d inspect.ProfileData, n int) (answer, error) {
	p, err := profile.ParseData(d.Data)
	if err != nil {
		return answer{}, err
	}
	if len(p.SampleType) == 0 {
		return answer{}, fmt.Errorf("the profile has no values")
	}
	last := len(p.SampleType) - 1
	f := functions{Kind: d.Kind, Unit: p.SampleType[last].Unit, Functions: []function{}}
	of := make(map[string]*function)
	for _, s := range p.Sample {
		f.Total += s.Value[last]
		addSample(of, s, s.Value[last])
	}
	for _, one := range of {
		one.Percent = 100 * float64(one.FlatValue) / float64(max(f.Total, 1))
		one.Flat, one.Cumulative = quantity(one.FlatValue, f.Unit), quantity(one.CumValue, f.Unit)
		f.Functions = append(f.Functions, *one)
	}
	slices.SortFunc(f.Functions, func(a, b function) int {
		return cmp.Or(cmp.Compare(b.FlatValue, a.FlatValue), cmp.Compare(b.CumValue, a.CumValue), cmp.Compare(a.Function, b.Function))
	})
	f.Functions = f.Functions[:min(len(f.Functions), n)]
	return answer{all: f, list: rowsOf(f), note: fmt.Sprintf("%s %s in all", quantity(f.Total, f.Unit), d.Kind)}, nil
}

// functionRow is a function as a line of a table.
type functionRow struct {
	Flat       string  `json:"flat"`
	Percent    float64 `json:"percent"`
	Cumulative string  `json:"cumulative"`
	Function   string  `json:"function"`
}

func rowsOf(f functions) []functionRow {
	rows := []functionRow{}
	for _, one := range f.Functions {
		rows = append(rows, functionRow{one.Flat, one.Percent, one.Cumulative, one.Function})
	}
	return rows
}

// addSample adds the value of a stack to its functions, once to each.
func addSample(of map[string]*function, s *profile.Sample, value int64) {
	seen := make(map[string]bool)
	for i, l := range s.Location {
		for j, line := range l.Line {
			if line.Function == nil {
				continue
			}
			name := line.Function.Name
			f := of[name]
			if f == nil {
				f = &function{Function: name}
				of[name] = f
			}
			if i == 0 && j == 0 {
				f.FlatValue += value
			}
			if !seen[name] {
				seen[name] = true
				f.CumValue += value
			}
		}
	}
}

// quantity returns a value with its unit.
func quantity(v int64, unit string) string {
	switch unit {
	case "nanoseconds":
		return time.Duration(v).Round(10 * time.Microsecond).String()
	case "bytes":
		return fmt.Sprintf("%.1fkB", float64(v)/1000)
	}
	return fmt.Sprint(v)
}
