package observer

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/starlang-go/starlang/runtime/inspect"
)

// overview is a node at a glance.
type overview struct {
	Now    inspect.Numbers `json:"now"`
	Alarms []inspect.Alarm `json:"alarms"`
	Charts []chart         `json:"charts"`
}

// chart is a number over time.
type chart struct {
	Key    string      `json:"key"`
	Title  string      `json:"title"`
	Unit   string      `json:"unit"`
	Points [][2]number `json:"points"` // seconds since 1970, value
}

// number is written with few digits.
type number float64

func (n number) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, math.Round(float64(n)*1000)/1000, 'f', -1, 64), nil
}

// points returns the points for the script.
func (c chart) points() string {
	b, err := json.Marshal(c.Points)
	if err != nil {
		return "[]"
	}
	return string(b)
}

// now returns the last value.
func (c chart) now() string {
	if len(c.Points) == 0 {
		return "–"
	}
	v := float64(c.Points[len(c.Points)-1][1])
	switch c.Unit {
	case "bytes":
		return size(int64(v))
	case "ms":
		return duration(time.Duration(v * float64(time.Millisecond)))
	case "/s":
		return rate(v) + " /s"
	}
	return whole(int64(v))
}

// The size of a chart that is drawn without script, in its own units.
const chartWidth, chartHeight = 300.0, 60.0

// line returns the chart as the points of a polyline.
func (c chart) line() string {
	if len(c.Points) < 2 {
		return ""
	}
	top := 0.0
	for _, p := range c.Points {
		top = max(top, float64(p[1]))
	}
	from, span := c.Points[0][0], c.Points[len(c.Points)-1][0]-c.Points[0][0]
	var line strings.Builder
	for _, p := range c.Points {
		x := float64(p[0]-from) / max(float64(span), 1e-9) * chartWidth
		y := chartHeight - 1 - float64(p[1])/max(top, 1e-9)*(chartHeight-4)
		fmt.Fprintf(&line, "%.1f,%.1f ", x, y)
	}
	return line.String()
}

func showOverview(ctx context.Context, a *ask) (any, templ.Component, error) {
	numbers, err := a.c.Runtime(ctx)
	if err != nil {
		return nil, nil, err
	}
	alarms, err := a.c.Alarms(ctx, inspect.Alarms{})
	if err != nil {
		return nil, nil, err
	}
	v := overview{Now: numbers, Alarms: alarms.Active, Charts: charts(a.h.recent())}
	return v, overviewView(a, v), nil
}

// charts makes charts of samples.
func charts(all []sample) []chart {
	value := func(f func(sample) float64) func(_, s sample) float64 {
		return func(_, s sample) float64 { return f(s) }
	}
	perSecond := func(f func(sample) uint64) func(before, s sample) float64 {
		return func(before, s sample) float64 {
			return max(0, float64(f(s))-float64(f(before))) / max(s.At.Sub(before.At).Seconds(), 1e-3)
		}
	}
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	return []chart{
		chartOf(all, "processes", "Processes", "", value(func(s sample) float64 { return float64(s.Processes) })),
		chartOf(all, "received", "Messages received", "/s", perSecond(func(s sample) uint64 { return s.Received })),
		chartOf(all, "spawned", "Processes spawned", "/s", perSecond(func(s sample) uint64 { return s.Spawned })),
		chartOf(all, "ended", "Killed, failed or crashed", "/s", perSecond(func(s sample) uint64 { return s.Killed + s.Failed })),
		chartOf(all, "heap", "Heap in use", "bytes", value(func(s sample) float64 { return float64(s.HeapBytes) })),
		chartOf(all, "goroutines", "Goroutines", "", value(func(s sample) float64 { return float64(s.Goroutines) })),
		chartOf(all, "delay", "Scheduling delay, 99th percentile", "ms", value(func(s sample) float64 { return ms(s.Delay) })),
		chartOf(all, "pause", "GC pause, 99th percentile", "ms", value(func(s sample) float64 { return ms(s.GCPause) })),
	}
}

// chartOf makes a chart of each sample and the one before it.
func chartOf(all []sample, key, title, unit string, f func(before, s sample) float64) chart {
	c := chart{Key: key, Title: title, Unit: unit, Points: [][2]number{}}
	for i := 1; i < len(all); i++ {
		if all[i].Creation == all[i-1].Creation { // of the same start of the node
			at := number(float64(all[i].At.UnixMilli()) / 1000)
			c.Points = append(c.Points, [2]number{at, number(f(all[i-1], all[i]))})
		}
	}
	return c
}
