# A real Chrome 65 (QtWebEngine of PyQt5 5.11.3) shows an address and prints what stands on it once a second.
import sys
from PyQt5.QtCore import QTimer, QUrl
from PyQt5.QtWebEngineWidgets import QWebEnginePage, QWebEngineView
from PyQt5.QtWidgets import QApplication


class Page(QWebEnginePage):
    def javaScriptConsoleMessage(self, level, message, line, source):
        print("console", level, message, line, flush=True)


app = QApplication(sys.argv)
view = QWebEngineView()
page = Page(view)
view.setPage(page)
view.resize(1280, 720)
view.show()
view.load(QUrl(sys.argv[1]))
timer = QTimer()
timer.timeout.connect(lambda: page.runJavaScript("navigator.userAgent + ' | ' + document.body.innerText", lambda text: print(repr(text), flush=True)))
timer.start(1000)
app.exec_()
