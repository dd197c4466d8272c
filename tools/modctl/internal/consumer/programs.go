package consumer

import (
	"embed"
	"io/fs"
)

// For each module either a program or a list of commands is kept, in a directory
// with the module's name.
const (
	// programFile is the main.go of a program on a library.
	programFile = "main.go.txt"
	// commandsFile has command lines of a module that consists of commands, one a
	// line, the first word being the command's name. Each is to exit with 0.
	commandsFile = "commands.txt"
)

//go:embed programs
var embedded embed.FS

// Programs returns what is tried out on the modules of this repository.
func Programs() fs.FS {
	programs, err := fs.Sub(embedded, "programs")
	if err != nil {
		panic("consumer: " + err.Error()) // the directory is embedded above
	}
	return programs
}
