import { literal, type Step, type ToolProject, variable } from '../project.ts'

const manage = `import os, sys
from django.core.management import execute_from_command_line

os.environ['DJANGO_SETTINGS_MODULE'] = 'settings'
execute_from_command_line(sys.argv)
`

const settings = `import os
from urllib.parse import unquote, urlsplit

url = urlsplit(os.environ['${variable}'])
DATABASES = {'default': {
    'ENGINE': 'django.db.backends.postgresql',
    'NAME': url.path[1:], 'HOST': url.hostname, 'PORT': url.port,
    'USER': unquote(url.username), 'PASSWORD': unquote(url.password),
    'OPTIONS': {'sslmode': 'disable'},
}}
INSTALLED_APPS = ['shop']
SECRET_KEY = 'of no worth'
USE_TZ = True
`

const file = (follows: string, { up, down }: Step) => `from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [${follows}]
    operations = [migrations.RunSQL(${literal(up)}, ${literal(down)})]
`

export const django: ToolProject = {
  options: { tool: 'django', folder: 'shop/migrations', program: '/usr/bin/python3' },
  programs: [],
  files: ([first, second, third]) => ({
    'manage.py': manage,
    'settings.py': settings,
    'shop/__init__.py': '',
    'shop/migrations/__init__.py': '',
    'shop/migrations/0001_users.py': file('', first),
    'shop/migrations/0002_people.py': file("('shop', '0001_users')", second),
    'shop/migrations/0003_third.py': file("('shop', '0002_people')", third),
  }),
  keys: ['shop.0001_users', 'shop.0002_people', 'shop.0003_third'],
  historyTables: ['django_migrations'],
  isOneTransaction: false,
}
