package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// cookieName is the file in the home directory that has the cookie if no other is named.
const cookieName = ".starlang.cookie"

// cookie returns the network's cookie, "" if there is no file of it. It is never taken
// from the command line, which all of the machine's users can see.
func (o *options) cookie() (string, error) {
	if file := cmp.Or(o.cookieFile, os.Getenv("STARLANG_COOKIE_FILE")); file != "" {
		return readCookie(file)
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", nil
	}
	cookie, err := readCookie(filepath.Join(home, cookieName))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return cookie, err
}

// readCookie reads a file that nobody else may read.
func readCookie(file string) (string, error) {
	info, err := os.Stat(file)
	if err != nil {
		return "", fmt.Errorf("cookie: %w", err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return "", fmt.Errorf("cookie: others may read %s: chmod 600 it", file)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("cookie: %w", err)
	}
	cookie := strings.TrimSpace(string(b))
	if cookie == "" {
		return "", fmt.Errorf("cookie: %s is empty", file)
	}
	return cookie, nil
}
