package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"

	"github.com/starlang-go/starlang/remote/attach"
)

// secrets reads what proves who we are, and what others have to prove. None is ever on
// the command line, which all of the machine's users can see.
func (o options) secrets() (config attach.Config, token string, err error) {
	for _, f := range []struct {
		file string
		to   *string
	}{{o.cookieFile, &config.Cookie}, {o.observerCookieFile, &config.ObserverCookie}, {o.tokenFile, &token}} {
		if f.file == "" {
			continue
		}
		if *f.to, err = readSecret(f.file); err != nil {
			return config, token, err
		}
	}
	return config, token, nil
}

// readSecret reads a file that nobody else may read.
func readSecret(file string) (string, error) {
	info, err := os.Stat(file)
	if err != nil {
		return "", err
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return "", fmt.Errorf("others may read %s: chmod 600 it", file)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	secret := strings.TrimSpace(string(b))
	if secret == "" {
		return "", fmt.Errorf("%s is empty", file)
	}
	return secret, nil
}
