import forms from '../styles/forms.css?inline';
import later from '../styles/later.css?inline';
import { addStyles } from './styles';

addStyles(forms);
addStyles(later);
