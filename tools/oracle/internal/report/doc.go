// Package report compares a scenario's result with the expected one and shows the
// first difference.
package report
