package observer

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
)

// What browsers load. Those of others are as they were published, see assets/lock.json.
//
//go:embed assets/*.js assets/*.css assets/*.svg
var files embed.FS

// asset is a file as it is sent.
type asset struct {
	plain, zipped []byte
	kind          string
}

type assetSet struct {
	byName map[string]asset
	tag    string // changes with any of them
}

// assets are all files. They are read when they are first needed.
var assets = sync.OnceValue(func() assetSet {
	set, sum := assetSet{byName: make(map[string]asset)}, sha256.New()
	entries, err := files.ReadDir("assets")
	if err != nil {
		panic("observer: " + err.Error()) // they are in the program
	}
	for _, e := range entries {
		b, err := files.ReadFile("assets/" + e.Name())
		if err != nil {
			panic("observer: " + err.Error())
		}
		sum.Write(b)
		set.byName[e.Name()] = asset{b, zip(b), mime.TypeByExtension(path.Ext(e.Name()))}
	}
	set.tag = hex.EncodeToString(sum.Sum(nil)[:8])
	return set
})

func zip(b []byte) []byte {
	var buf bytes.Buffer
	w, err := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	if err == nil {
		_, err = w.Write(b)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic("observer: " + err.Error()) // a buffer takes everything
	}
	return buf.Bytes()
}

// assetPath returns where a file is, which changes with its content.
func assetPath(base, name string) string {
	return fmt.Sprintf("%s/assets/%s/%s", base, assets().tag, name)
}

func (o *Observer) serveAsset(w http.ResponseWriter, r *http.Request) {
	a, ok := assets().byName[r.PathValue("name")]
	if !ok || r.PathValue("tag") != assets().tag {
		http.NotFound(w, r)
		return
	}
	h, body := w.Header(), a.plain
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Content-Type", a.kind)
	h.Set("Vary", "Accept-Encoding")
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = a.zipped
	}
	_, _ = w.Write(body)
}
