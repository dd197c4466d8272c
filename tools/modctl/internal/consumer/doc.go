// Package consumer checks that each module can be used by somebody who has
// nothing but its published form.
//
// It publishes every module of the workspace, at its declared version, into a
// module proxy that is a directory, and then, far from the repository, takes one
// module alone and builds and runs a small program on it. That finds what no
// check inside of the repository can: a requirement on a version that was never
// published, code that leans on a sibling's unpublished change, a command that
// cannot be installed, a module that drags in what it should not.
//
// A version whose tag exists is published as tagged, all others as the working
// tree stands.
package consumer
