// Package manifest reads versions.json, the one place that says which modules
// the repository has, at which version each is published, which of its siblings
// it may require and which third-party modules it may bring along. All other
// bookkeeping is derived from it or held against it.
package manifest
