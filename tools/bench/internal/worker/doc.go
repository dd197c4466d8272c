// Package worker is what the benchmark programs have in common.
//
// Each system under test is a program of its own under systems. The suite runs
// it once for each measurement, as
//
//	worker WORKLOAD N
//
// and reads one [Result] from its standard output. A worker started as
// "worker list" prints the names of the workloads that it has, so that the
// suite knows what a system cannot do. The remote workloads start the same
// program a second time, as "worker node …", and talk to it over loopback TCP.
package worker
