// Package release turns the repository into what is published.
//
// In the repository each go.mod replaces its siblings by their directories, so
// that every module builds by itself at any commit. Those who import a module
// never see that, but go install of a command at a version refuses a go.mod with
// replaces. So a tag does not name a commit of the branch but a release commit
// on top of it, which nothing but tags refer to. It has the same files, except
// that the go.mod files of published modules have lost their replaces.
package release
