// Package release turns the repository into what is published.
//
// In the repository each go.mod replaces its siblings by their directories, so that
// every module builds by itself at any commit, and requires what its tests import. A
// user of the module has nothing of either: go install of a command at a version refuses
// a go.mod with replaces, and a requirement of a test library would raise the version
// that the user's own tests run with. So a tag does not name a commit of the branch but a
// release commit on top of it, which nothing but tags refer to. It has the same files,
// except for those of the published modules:
//
//   - their go.mod files have no replaces, and no requirements that only tests need;
//   - of their tests only the examples are left;
//   - their go.sum files have the checksums of the siblings as they are released.
//
// So go mod tidy and go vet hold on each of them as it is published.
package release
