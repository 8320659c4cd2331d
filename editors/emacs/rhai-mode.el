;;; rhai-mode.el --- Scripts of mimeo -*- lexical-binding: t; -*-

;; Version: 0.1.0
;; Package-Requires: ((emacs "26.1"))
;; SPDX-License-Identifier: MIT OR Apache-2.0

;;; Commentary:

;; Colours for Rhai with the names of mimeo, and the language server by eglot:
;;
;;   (load "/path/to/mimeo/editors/emacs/rhai-mode.el")
;;   (add-hook 'rhai-mode-hook #'eglot-ensure)

;;; Code:

(defvar rhai-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?/ ". 124b" table)
    (modify-syntax-entry ?* ". 23n" table)
    (modify-syntax-entry ?\n "> b" table)
    (modify-syntax-entry ?\" "\"" table)
    (modify-syntax-entry ?` "\"" table)
    (modify-syntax-entry ?\\ "\\" table)
    (modify-syntax-entry ?_ "w" table)
    (dolist (sign '(?+ ?- ?% ?& ?| ?^ ?< ?> ?= ?! ?? ?: ?. ?$))
      (modify-syntax-entry sign "." table))
    table)
  "Syntax of Rhai.")

;; In backticks a backslash is a backslash; in raw texts and characters a quote may stand.
(defconst rhai-mode-syntax-propertize
  (syntax-propertize-rules
   ("\\('\\)\\(?:\\\\[^\n]\\|[^'\\\n]\\)\\('\\)" (1 "|") (2 "|"))
   ("\\(#\\)+\\(\"\\)" (0 (ignore (rhai-mode--raw))))
   ("`[^`]*`" (0 (ignore (rhai-mode--ticks))))))

(defun rhai-mode--raw ()
  "Make a text of a raw text that begins here."
  (let* ((start (match-beginning 0))
         (close (concat "\"" (make-string (- (match-end 0) start 1) ?#))))
    (unless (nth 8 (save-excursion (syntax-ppss start)))
      (put-text-property start (1+ start) 'syntax-table (string-to-syntax "|"))
      (when (search-forward close nil t)
        (put-text-property (1- (point)) (point) 'syntax-table (string-to-syntax "|"))
        (put-text-property (1+ start) (1- (point)) 'syntax-table (string-to-syntax "."))))))

(defun rhai-mode--ticks ()
  "Take backslashes in backticks for themselves."
  (let ((start (match-beginning 0))
        (end (match-end 0)))
    (unless (nth 8 (save-excursion (syntax-ppss start)))
      (save-excursion
        (goto-char start)
        (while (search-forward "\\" end t)
          (put-text-property (1- (point)) (point) 'syntax-table (string-to-syntax ".")))))))

;; generated:begin by `MIMEO_WRITE=1 cargo test --test it editors`, from the registry of host functions and the lexer's words
(defconst rhai-mode-keywords
  '("as" "break" "catch" "const" "continue" "do" "else" "export" "fn" "for" "if" "import" "in" "let" "loop" "private" "return" "switch" "throw" "try" "until" "while")
  "The keywords.")
(defconst rhai-mode-namespaces
  '("account" "after" "certificate" "cloud" "components" "installer" "license" "mail" "param" "portal" "reporting" "service" "sql" "synchronization")
  "The namespaces of the host.")
(defconst rhai-mode-functions
  '("debug" "deployment" "print" "secret")
  "The host's functions without a namespace.")
(defconst rhai-mode-methods
  '("accept_license_terms" "agent_account" "application" "basic" "build" "client_secret" "extranet" "grant_authenticated_users" "install_to" "integrated" "intranet" "log_to" "mailbox" "name" "open_firewall" "password" "poll" "pool_account" "port" "property" "quiet" "register_application" "registration_link" "restrict_to_group" "reuse" "review" "scope_to_mailbox" "secret_lifetime_days" "sender" "service_address" "sign_in_as" "tenant_id")
  "The parts of builders.")
;; generated:end

(defconst rhai-mode-font-lock-keywords
  `((,(regexp-opt rhai-mode-keywords 'words) . font-lock-keyword-face)
    (,(regexp-opt '("true" "false" "this") 'words) . font-lock-constant-face)
    ("\\_<fn\\s-+\\(?:[A-Za-z_]\\w*\\.\\)?\\([A-Za-z_]\\w*\\)" 1 font-lock-function-name-face)
    (,(concat (regexp-opt rhai-mode-namespaces 'words) "\\s-*::") 1 font-lock-type-face)
    (,(concat (regexp-opt rhai-mode-namespaces 'words) "\\s-*::\\s-*\\([A-Za-z_]\\w*\\)")
     2 font-lock-builtin-face)
    (,(concat "\\." (regexp-opt rhai-mode-methods 'words) "\\s-*(") 1 font-lock-builtin-face)
    (,(concat (regexp-opt rhai-mode-functions 'words) "\\s-*(") 1 font-lock-builtin-face)
    ("\\_<\\([A-Za-z_]\\w*\\)\\s-*::" 1 font-lock-type-face)
    ("${[^}]*}" 0 font-lock-variable-name-face t))
  "What is coloured how.")

(defvar rhai-mode-indent-offset 4 "Columns of one level.")

(defun rhai-mode-indent-line ()
  "Indent by the brackets around the line."
  (interactive)
  (let* ((shift (- (current-column) (current-indentation)))
         (state (save-excursion (syntax-ppss (line-beginning-position))))
         (depth (car state))
         (closes (save-excursion (back-to-indentation) (looking-at "[])}]")))
         (continues (save-excursion (back-to-indentation) (looking-at "\\.[A-Za-z_]"))))
    (unless (nth 3 state)
      (indent-line-to
       (* rhai-mode-indent-offset (max 0 (+ depth (if closes -1 0) (if continues 1 0)))))
      (when (> shift 0) (move-to-column (+ (current-indentation) shift))))))

;;;###autoload
(define-derived-mode rhai-mode prog-mode "Rhai"
  "Scripts of mimeo."
  (setq-local comment-start "// ")
  (setq-local comment-end "")
  (setq-local comment-start-skip "\\(?://+\\|/\\*+\\)\\s-*")
  (setq-local indent-line-function #'rhai-mode-indent-line)
  (setq-local indent-tabs-mode nil)
  (setq-local syntax-propertize-function rhai-mode-syntax-propertize)
  (setq-local font-lock-defaults '(rhai-mode-font-lock-keywords))
  (setq-local compile-command
              (and buffer-file-name
                   (concat "mimeo check --output-format concise "
                           (shell-quote-argument buffer-file-name)))))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.rhai\\'" . rhai-mode))

(defvar eglot-server-programs)
(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs '(rhai-mode . ("mimeo" "lsp"))))

(provide 'rhai-mode)
;;; rhai-mode.el ends here
