module github.com/starlang-go/starlang/pid

go 1.26.0

replace github.com/starlang-go/starlang/term => ../term
