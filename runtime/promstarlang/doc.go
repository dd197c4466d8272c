// Package promstarlang gives the numbers of a runtime to Prometheus:
//
//	c, err := promstarlang.Setup(rt)
//	...
//	defer c.Close()
//	registry.MustRegister(c)
//
// # Guaranteed
//
// No label has a PID or a name of a process, but for those of supervisors. The labels type
// and supervisor have at most [MaxTypes] values each, and then "other". Nothing is global:
// each [Collector] is of one runtime.
//
// # Not promised
//
// A scrape looks at each process for a moment, and is no snapshot.
package promstarlang
