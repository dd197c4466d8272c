// Package promstarlang gives the numbers of a runtime to Prometheus:
//
//	c, err := promstarlang.Setup(rt)
//	...
//	defer c.Close()
//	registry.MustRegister(c)
//
// # Guaranteed
//
// No label has a PID or a name of a process. The label type has at most [MaxTypes]
// values, and then "other". Nothing is global: each [Collector] is of one runtime.
//
// # Not promised
//
// A scrape looks at each process for a moment, and is no snapshot.
package promstarlang
